from_tfvars = "tfvars"
from_file   = ["tfvars"]
from_auto   = "tfvars"
