# One dashboard: a row for each application, and below them what the alarms watch.
locals {
  # What Container Insights measures of an application, whose Service and Deployment have its name.
  # Of the processor a share of the node's, since pods have no limit of it.
  application_charts = {
    "processor, % of its node" = { metric = "pod_cpu_utilization", statistic = "Average", by = "Service" }
    "memory, % of its limit"   = { metric = "pod_memory_utilization_over_pod_limit", statistic = "Maximum", by = "Service" }
    "copies that run"          = { metric = "service_number_of_running_pods", statistic = "Average", by = "Service" }
    "restarts of its copies"   = { metric = "pod_number_of_container_restarts", statistic = "Sum", by = "PodName" }
  }

  applications = flatten([
    for cluster in var.cluster[*] : [for name in sort(cluster.applications) : { name = name, cluster = cluster }]
  ])

  application_widgets = flatten([
    for row, application in local.applications : [
      for column, title in keys(local.application_charts) : {
        type   = "metric"
        x      = 6 * column
        y      = 6 * row
        width  = 6
        height = 6
        properties = {
          title  = "${application.name}: ${title}"
          region = var.region
          view   = "timeSeries"
          stat   = local.application_charts[title].statistic
          period = 300
          metrics = [[
            "ContainerInsights", local.application_charts[title].metric,
            "ClusterName", application.cluster.name,
            "Namespace", application.cluster.namespace,
            local.application_charts[title].by, application.name,
          ]]
        }
      }
    ]
  ])

  alarm_widgets = [
    for number, chart in local.charts : {
      type   = "metric"
      x      = 12 * (number % 2)
      y      = 6 * (length(local.applications) + floor(number / 2))
      width  = 12
      height = 6
      properties = {
        title   = chart.title
        region  = var.region
        view    = "timeSeries"
        stat    = chart.statistic
        period  = 300
        metrics = chart.metrics
      }
    }
  ]
}
