client = "harbour-lane"
owner  = "platform"
region = "us-east-1"
