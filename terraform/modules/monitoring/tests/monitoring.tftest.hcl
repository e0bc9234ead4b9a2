mock_provider "aws" {
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:111122223333:shop-dev-alarms" }
  }
}

variables {
  name        = "shop-dev"
  region      = "us-east-1"
  kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  emails      = ["on-call@example.com"]
}

run "nothing_to_watch_is_a_topic_that_waits" {
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 0 && aws_sns_topic.alarms.kms_master_key_id == var.kms_key_arn
    error_message = "Without anything to watch there must be an encrypted topic and no alarm."
  }

  assert {
    condition = jsondecode(aws_sns_topic_policy.alarms.policy).Statement == [{
      Sid       = "AlarmsAndBudgets"
      Effect    = "Allow"
      Principal = { Service = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = { StringEquals = { "aws:SourceAccount" = "111122223333" } }
    }]
    error_message = "Only alarms and budgets of this account may publish."
  }

  assert {
    condition     = aws_sns_topic_subscription.emails["on-call@example.com"].protocol == "email"
    error_message = "Each address must be subscribed."
  }
}

run "databases" {
  variables {
    mysql = { instances = { primary = "shop-dev-mysql", read-1 = "shop-dev-mysql-read-1" }, free_storage_gib = 2 }
  }

  assert {
    condition = keys(aws_cloudwatch_metric_alarm.this) == [
      "mysql-primary-connections", "mysql-primary-cpu", "mysql-primary-latency", "mysql-primary-memory", "mysql-primary-storage",
      "mysql-read-1-connections", "mysql-read-1-cpu", "mysql-read-1-lag", "mysql-read-1-latency", "mysql-read-1-memory", "mysql-read-1-storage",
    ]
    error_message = "Each instance must be watched, and only a replica for its lag."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["mysql-primary-storage"].comparison_operator == "LessThanThreshold" &&
      aws_cloudwatch_metric_alarm.this["mysql-primary-storage"].threshold == 2147483648 &&
      aws_cloudwatch_metric_alarm.this["mysql-primary-storage"].dimensions == tomap({ DBInstanceIdentifier = "shop-dev-mysql" })
    )
    error_message = "Storage must alarm below the given GiB, in bytes as RDS measures."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["mysql-read-1-lag"].treat_missing_data == "breaching"
    error_message = "A replica that tells no lag does not replicate."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset([aws_sns_topic.alarms.arn]) && alarm.ok_actions == toset([aws_sns_topic.alarms.arn])])
    error_message = "Every alarm must be told, and its end too."
  }
}

run "cache" {
  variables {
    redis = { nodes = ["shop-dev-redis-001", "shop-dev-redis-002"] }
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 6 && aws_cloudwatch_metric_alarm.this["redis-shop-dev-redis-002-memory"].metric_name == "DatabaseMemoryUsagePercentage"
    error_message = "Each node must be watched for processor, memory and evictions."
  }
}

run "cluster" {
  variables {
    cluster = { name = "shop-dev" }
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 4 && aws_cloudwatch_metric_alarm.this["nodes-failed"].threshold == 0
    error_message = "Nodes must be watched for processor, memory, disk and failure."
  }

  assert {
    condition     = aws_cloudwatch_log_group.applications[0].name == "/aws/containerinsights/shop-dev/application" && aws_cloudwatch_log_group.applications[0].kms_key_id == var.kms_key_arn
    error_message = "The applications' log group must be the add-on's, with the key."
  }
}

run "load_balancer" {
  variables {
    load_balancer = {
      arn_suffix    = "app/shop/0123456789abcdef"
      target_groups = { storefront = "targetgroup/storefront/0123456789abcdef" }
    }
  }

  assert {
    condition = keys(aws_cloudwatch_metric_alarm.this) == [
      "customers-errors", "customers-slow", "customers-unreached", "targets-storefront",
    ]
    error_message = "A load balancer must be watched for errors, waiting and its targets."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["customers-errors"].treat_missing_data == "notBreaching"
    error_message = "No visitors are no trouble."
  }
}

run "logs" {
  variables {
    log_alarms = {
      mysql-errors = {
        log_group = "/aws/rds/instance/shop-dev-mysql/error"
        pattern   = "ERROR"
        what      = "errors of MySQL"
        first     = "read the newest"
        count     = 5
      }
    }
  }

  assert {
    condition = (
      aws_cloudwatch_log_metric_filter.this["mysql-errors"].pattern == "ERROR" &&
      aws_cloudwatch_metric_alarm.this["log-mysql-errors"].threshold == 4 &&
      aws_cloudwatch_metric_alarm.this["log-mysql-errors"].namespace == "shop-dev"
    )
    error_message = "Five in five minutes must alarm."
  }

  assert {
    condition = aws_cloudwatch_metric_alarm.this["log-mysql-errors"].alarm_description == join("", [
      "There were 5 or more errors of MySQL in five minutes. ",
      "First: read the newest; they are in the log group /aws/rds/instance/shop-dev-mysql/error.",
    ])
    error_message = "What is counted must be told in words, and not as a pattern."
  }
}

run "every_alarm_says_what_it_means_and_what_to_do_first" {
  variables {
    mysql         = { instances = { primary = "shop-dev-mysql", read-1 = "shop-dev-mysql-read-1" } }
    redis         = { nodes = ["shop-dev-redis-001"] }
    cluster       = { name = "shop-dev" }
    load_balancer = { arn_suffix = "app/shop/0123456789abcdef", target_groups = { storefront = "targetgroup/storefront/0123456789abcdef" } }
    log_alarms    = { errors = { log_group = "shop", pattern = "ERROR", what = "errors", first = "read the newest" } }
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 23 && alltrue([for alarm in aws_cloudwatch_metric_alarm.this : can(regex("^[A-Z].{8,}\\. First: .{8,}\\.$", alarm.alarm_description))])
    error_message = "Who gets an alarm must read what it means and what to do first."
  }
}

run "dashboard_shows_what_alarms_watch" {
  variables {
    mysql = { instances = { primary = "shop-dev-mysql", read-1 = "shop-dev-mysql-read-1" } }
    redis = { nodes = ["shop-dev-redis-001"] }
  }

  assert {
    condition     = [for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.properties.metrics if widget.properties.title == "AWS/RDS CPUUtilization"][0] == [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "shop-dev-mysql"], ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "shop-dev-mysql-read-1"]]
    error_message = "A chart must have a line for each instance."
  }

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 9
    error_message = "Each measure must have a chart: six of MySQL, three of Redis."
  }
}

run "dashboard_has_a_row_for_each_application" {
  variables {
    cluster = { name = "shop-dev", namespace = "shop", applications = ["cart", "web"] }
  }

  assert {
    condition     = [for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : "${widget.y} ${split(":", widget.properties.title)[0]}" if widget.width == 6] == ["0 cart", "0 cart", "0 cart", "0 cart", "6 web", "6 web", "6 web", "6 web"]
    error_message = "Four charts of each application must stand in a row of its own."
  }

  assert {
    condition     = [for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.properties.metrics if widget.properties.title == "web: restarts of its copies"][0] == [["ContainerInsights", "pod_number_of_container_restarts", "ClusterName", "shop-dev", "Namespace", "shop", "PodName", "web"]]
    error_message = "A chart must be of its own application."
  }

  assert {
    condition     = min([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.y if widget.width == 12]...) == 12
    error_message = "What the alarms watch must stand below the applications."
  }
}
