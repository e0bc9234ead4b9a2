output "topic_arn" {
  description = "ARN of the topic that alarms are sent to, for others that have something to tell."
  # Whoever publishes to it needs its policy to be there first.
  value      = aws_sns_topic.alarms.arn
  depends_on = [aws_sns_topic_policy.alarms]
}

output "alarms" {
  description = "Names of the alarms."
  value       = [for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name]
}

output "dashboard" {
  description = "Name of the dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}
