"""Code hosts: where the one comment on a pull request or merge request is kept up to date."""
