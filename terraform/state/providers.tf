provider "aws" {
  region = var.region

  # Refuses to touch another account than the one the states live in.
  allowed_account_ids = var.account_id == null ? null : [var.account_id]

  default_tags {
    tags = {
      Client      = var.client
      Environment = "shared"
      ManagedBy   = "terraform"
      Owner       = var.owner
    }
  }
}
