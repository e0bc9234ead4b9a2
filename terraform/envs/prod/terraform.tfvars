# Prod is the safe one: three zones, a NAT gateway in each, on-demand nodes, a standby database.
client      = "harbour-lane"
environment = "prod"
owner       = "platform"
region      = "us-east-1"
disposable  = false

cidr  = "10.30.0.0/16"
zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
nat   = "per_zone"

applications = ["cart", "catalog", "orders", "payments", "storefront"]

kubernetes_version = "1.35"
api_access_cidrs   = ["203.0.113.0/28"] # Harbour Lane's office

mysql = {
  instance_class       = "db.t3.large"
  database             = "shop"
  storage              = { gib = 50, max_gib = 500 }
  multi_az             = true
  backup_days          = 30
  performance_insights = true
}
