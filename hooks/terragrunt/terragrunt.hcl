# Terragrunt: `terragrunt plan`, then `terragrunt apply tfplan.bin`. The hooks run where Terraform runs.
terraform {
  extra_arguments "saved_plan" {
    commands  = ["plan"]
    arguments = ["-out=tfplan.bin"]
  }

  after_hook "nfw_show" {
    commands = ["plan"]
    execute  = ["sh", "-c", "umask 077 && \"$TG_CTX_TF_PATH\" show -json tfplan.bin > tfplan.json"]
  }

  after_hook "nfw_plan" {
    commands = ["plan"]
    execute  = ["${get_repo_root()}/ci/nfw/pre-apply.sh"]
  }

  # No plan of ours, no apply: nothing would be flushed after it.
  before_hook "nfw_planned" {
    commands = ["apply"]
    execute  = ["test", "-s", "nfw.plan"]
  }

  # Not after a failed apply (run_on_error): the live policy is not the planned one then.
  after_hook "nfw_apply" {
    commands = ["apply"]
    execute = [
      "env", "NFW_JOURNAL=${get_terragrunt_dir()}/.nfw-reconcile",
      "${get_repo_root()}/ci/nfw/post-apply.sh",
    ]
  }
}
