"""Resource blocks in, instances as ``terraform show -json`` has them out."""
