output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "vpc_cidr" {
  description = "IPv4 range of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Ids of the public subnets by zone: load balancers and NAT gateways."
  value       = { for zone, subnet in aws_subnet.public : zone => subnet.id }
}

output "private_subnet_ids" {
  description = "Ids of the private subnets by zone: nodes and pods."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.id }
}

output "isolated_subnet_ids" {
  description = "Ids of the isolated subnets by zone: databases and caches."
  value       = { for zone, subnet in aws_subnet.isolated : zone => subnet.id }
}

output "nat_public_ips" {
  description = "Addresses the private subnets are seen from outside with, by the zone of the NAT gateway: what a partner puts on its allow list."
  value       = { for zone, address in aws_eip.nat : zone => address.public_ip }
}
