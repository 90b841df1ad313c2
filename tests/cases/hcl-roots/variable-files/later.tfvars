from_first_file  = "the later file"
from_second_file = "the later file"
