# Dev environment: as built, with image layers past the NAT gateway and a record of the traffic.
s3_endpoint = true
flow_logs   = true

node_groups = {
  general = {
    instance_types = ["t3.large", "t3a.large"]
    capacity_type  = "SPOT"
    min_size       = 2
    max_size       = 3
    desired_size   = 2
  }
}
