# Each alarm says what is wrong and where to look first.
locals {
  mib = 1024 * 1024
  gib = 1024 * local.mib

  # What an alarm has unless it says otherwise: the mean over 15 minutes is too high, and what is
  # not measured is told apart from what is well.
  usual = { statistic = "Average", below = false, periods = 3, missing = "missing" }

  mysql = {
    cpu         = { metric = "CPUUtilization", threshold = var.mysql.cpu_percent, advice = "is short of processor: look at the slow query log" }
    storage     = { metric = "FreeStorageSpace", threshold = var.mysql.free_storage_gib * local.gib, below = true, statistic = "Minimum", periods = 1, advice = "runs out of storage: raise storage.max_gib" }
    memory      = { metric = "FreeableMemory", threshold = var.mysql.freeable_memory_mib * local.mib, below = true, advice = "is short of memory: take a larger class" }
    connections = { metric = "DatabaseConnections", threshold = var.mysql.connections, advice = "has too many connections: look for an application that does not close its own" }
    latency     = { metric = "ReadLatency", threshold = var.mysql.read_latency_seconds, advice = "reads slowly: look at the slow query log and the storage" }
    lag         = { metric = "ReplicaLag", threshold = var.mysql.replica_lag_seconds, missing = "breaching", advice = "lags behind the primary: readers see what is old" }
  }

  mysql_alarms = merge([
    for role, instance in var.mysql.instances : {
      for measure, alarm in local.mysql : "mysql-${role}-${measure}" => merge(local.usual, alarm, {
        namespace  = "AWS/RDS"
        dimensions = { DBInstanceIdentifier = instance }
        advice     = "MySQL ${role} (${instance}) ${alarm.advice}."
      }) if measure != "lag" || role != "primary"
    }
  ]...)

  redis = {
    cpu       = { metric = "EngineCPUUtilization", threshold = var.redis.engine_cpu_percent, advice = "is short of processor: look for slow commands" }
    memory    = { metric = "DatabaseMemoryUsagePercentage", threshold = var.redis.memory_percent, advice = "is nearly full: take a larger node, or keep less" }
    evictions = { metric = "Evictions", threshold = var.redis.evictions, statistic = "Sum", advice = "throws away what is still wanted: take a larger node" }
  }

  redis_alarms = merge([
    for node in var.redis.nodes : {
      for measure, alarm in local.redis : "redis-${node}-${measure}" => merge(local.usual, alarm, {
        namespace  = "AWS/ElastiCache"
        dimensions = { CacheClusterId = node }
        advice     = "Redis node ${node} ${alarm.advice}."
      })
    }
  ]...)

  cluster_alarms = merge([
    for cluster in var.cluster[*] : {
      for measure, alarm in {
        cpu    = { metric = "node_cpu_utilization", threshold = cluster.node_cpu_percent, advice = "are short of processor: is max_size reached?" }
        memory = { metric = "node_memory_utilization", threshold = cluster.node_memory_percent, advice = "are short of memory: is max_size reached?" }
        disk   = { metric = "node_filesystem_utilization", threshold = cluster.node_disk_percent, statistic = "Maximum", advice = "run out of disk: raise disk_gib" }
        failed = { metric = "cluster_failed_node_count", threshold = 0, statistic = "Maximum", periods = 2, advice = "fail: kubectl describe node says why" }
        } : "nodes-${measure}" => merge(local.usual, alarm, {
          namespace  = "ContainerInsights"
          dimensions = { ClusterName = cluster.name }
          advice     = "Nodes of ${cluster.name} ${alarm.advice}."
      })
    }
  ]...)

  # Nobody asking for anything is no trouble.
  load_balancer_alarms = merge([
    for balancer in var.load_balancer[*] : {
      for measure, alarm in {
        errors    = { metric = "HTTPCode_Target_5XX_Count", threshold = balancer.errors, statistic = "Sum", periods = 1, advice = "get errors: look at the applications' logs" }
        unreached = { metric = "HTTPCode_ELB_5XX_Count", threshold = balancer.errors, statistic = "Sum", periods = 1, advice = "reach no application: look for healthy targets" }
        slow      = { metric = "TargetResponseTime", threshold = balancer.response_time_seconds, advice = "wait: look at the load of applications and database" }
        } : "customers-${measure}" => merge(local.usual, alarm, {
          namespace  = "AWS/ApplicationELB"
          dimensions = { LoadBalancer = balancer.arn_suffix }
          missing    = "notBreaching"
          advice     = "Customers ${alarm.advice}."
      })
    }
  ]...)

  target_alarms = merge([
    for balancer in var.load_balancer[*] : {
      for name, target in balancer.target_groups : "targets-${name}" => merge(local.usual, {
        metric     = "UnHealthyHostCount"
        threshold  = 0
        statistic  = "Maximum"
        namespace  = "AWS/ApplicationELB"
        dimensions = { LoadBalancer = balancer.arn_suffix, TargetGroup = target }
        advice     = "Targets of ${name} are not healthy: look at the pods' readiness."
      })
    }
  ]...)

  log_alarms = {
    for name, alarm in var.log_alarms : "log-${name}" => merge(local.usual, {
      metric     = name
      namespace  = var.name
      dimensions = {}
      statistic  = "Sum"
      periods    = 1
      threshold  = alarm.count - 1
      missing    = "notBreaching"
      advice     = "Log group ${alarm.log_group} has ${alarm.count} or more of ${alarm.pattern} in five minutes."
    })
  }

  alarms = merge(local.mysql_alarms, local.redis_alarms, local.cluster_alarms, local.load_balancer_alarms, local.target_alarms, local.log_alarms)

  # One chart for each measure, with a line for each thing measured.
  lines = {
    for name, alarm in local.alarms : "${alarm.namespace} ${alarm.metric}" => {
      statistic = alarm.statistic
      metric    = concat([alarm.namespace, alarm.metric], flatten([for key, value in alarm.dimensions : [key, value]]))
    }...
  }

  charts = { for title, lines in local.lines : title => { statistic = lines[0].statistic, metrics = lines[*].metric } }
}
