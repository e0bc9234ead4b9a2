client = "harbour-lane"
owner  = "platform"
region = "us-east-1"
bucket = "harbour-lane-terraform-state"
