# Dev is the cheap one: two zones, one NAT gateway, spot nodes, the smallest database.
client      = "harbour-lane"
environment = "dev"
owner       = "platform"
region      = "us-east-1"
disposable  = true

cidr  = "10.20.0.0/16"
zones = ["us-east-1a", "us-east-1b"]
nat   = "single"

applications = ["cart", "catalog", "orders", "payments", "storefront"]

kubernetes_version = "1.35"
api_access_cidrs   = ["203.0.113.0/28"] # Harbour Lane's office

mysql = {
  instance_class       = "db.t4g.small"
  database             = "shop"
  storage              = { gib = 20, max_gib = 50 }
  multi_az             = false
  zone                 = "us-east-1a"
  backup_days          = 7
  performance_insights = false # not on a db.t4g.small
}
