# The bucket differs by account: terraform init -backend-config="bucket=NAME"
terraform {
  backend "s3" {
    key          = "prod/terraform.tfstate"
    region       = "us-east-1"
    encrypt      = true
    use_lockfile = true
  }
}
