# Each alarm says what it means, and what to do first.
locals {
  mib = 1024 * 1024
  gib = 1024 * local.mib

  # What an alarm has unless it says otherwise: the mean over 15 minutes is too high, and what is
  # not measured is told apart from what is well.
  usual = { statistic = "Average", below = false, periods = 3, missing = "missing" }

  mysql = {
    cpu         = { metric = "CPUUtilization", threshold = var.mysql.cpu_percent, means = "is short of processor", first = "look at the slow query log for what takes longest" }
    storage     = { metric = "FreeStorageSpace", threshold = var.mysql.free_storage_gib * local.gib, below = true, statistic = "Minimum", periods = 1, means = "runs out of storage", first = "see what has grown, and raise storage.max_gib" }
    memory      = { metric = "FreeableMemory", threshold = var.mysql.freeable_memory_mib * local.mib, below = true, means = "is short of memory", first = "see whether it has more connections than usual; if not, take a larger class" }
    connections = { metric = "DatabaseConnections", threshold = var.mysql.connections, means = "has too many connections", first = "look for an application that does not close its own" }
    latency     = { metric = "ReadLatency", threshold = var.mysql.read_latency_seconds, means = "reads slowly", first = "look at the slow query log, then at the storage" }
    lag         = { metric = "ReplicaLag", threshold = var.mysql.replica_lag_seconds, missing = "breaching", means = "lags behind the primary, so that readers see what is old", first = "ask it SHOW REPLICA STATUS for an error, and the primary for a long transaction" }
  }

  mysql_alarms = merge([
    for role, instance in var.mysql.instances : {
      for measure, alarm in local.mysql : "mysql-${role}-${measure}" => merge(local.usual, alarm, {
        namespace  = "AWS/RDS"
        dimensions = { DBInstanceIdentifier = instance }
        means      = "MySQL ${role} (${instance}) ${alarm.means}"
      }) if measure != "lag" || role != "primary"
    }
  ]...)

  redis = {
    cpu       = { metric = "EngineCPUUtilization", threshold = var.redis.engine_cpu_percent, means = "is short of processor", first = "ask it SLOWLOG GET for slow commands" }
    memory    = { metric = "DatabaseMemoryUsagePercentage", threshold = var.redis.memory_percent, means = "is nearly full", first = "look for keys that never expire; if there are none, take a larger node" }
    evictions = { metric = "Evictions", threshold = var.redis.evictions, statistic = "Sum", means = "throws away what is still wanted", first = "see how full it is, and take a larger node or keep less" }
  }

  redis_alarms = merge([
    for node in var.redis.nodes : {
      for measure, alarm in local.redis : "redis-${node}-${measure}" => merge(local.usual, alarm, {
        namespace  = "AWS/ElastiCache"
        dimensions = { CacheClusterId = node }
        means      = "Redis node ${node} ${alarm.means}"
      })
    }
  ]...)

  cluster_alarms = merge([
    for cluster in var.cluster[*] : {
      for measure, alarm in {
        cpu    = { metric = "node_cpu_utilization", threshold = cluster.node_cpu_percent, means = "are short of processor", first = "see with kubectl top pods -A what takes it, and whether max_size is reached" }
        memory = { metric = "node_memory_utilization", threshold = cluster.node_memory_percent, means = "are short of memory", first = "see with kubectl top pods -A what takes it, and whether max_size is reached" }
        disk   = { metric = "node_filesystem_utilization", threshold = cluster.node_disk_percent, statistic = "Maximum", means = "run out of disk", first = "see with kubectl describe node what fills it, and raise disk_gib" }
        failed = { metric = "cluster_failed_node_count", threshold = 0, statistic = "Maximum", periods = 2, means = "fail", first = "ask kubectl describe node why" }
        } : "nodes-${measure}" => merge(local.usual, alarm, {
          namespace  = "ContainerInsights"
          dimensions = { ClusterName = cluster.name }
          means      = "Nodes of ${cluster.name} ${alarm.means}"
      })
    }
  ]...)

  # Nobody asking for anything is no trouble.
  load_balancer_alarms = merge([
    for balancer in var.load_balancer[*] : {
      for measure, alarm in {
        errors    = { metric = "HTTPCode_Target_5XX_Count", threshold = balancer.errors, statistic = "Sum", periods = 1, means = "get errors", first = "look at the applications' logs" }
        unreached = { metric = "HTTPCode_ELB_5XX_Count", threshold = balancer.errors, statistic = "Sum", periods = 1, means = "reach no application", first = "see with kubectl get pods whether any is ready" }
        slow      = { metric = "TargetResponseTime", threshold = balancer.response_time_seconds, means = "wait", first = "look at the load of the applications and the database" }
        } : "customers-${measure}" => merge(local.usual, alarm, {
          namespace  = "AWS/ApplicationELB"
          dimensions = { LoadBalancer = balancer.arn_suffix }
          missing    = "notBreaching"
          means      = "Customers ${alarm.means}"
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
        means      = "Targets of ${name} are not healthy"
        first      = "ask kubectl describe pod why they are not ready"
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
      means      = "There were ${alarm.count} or more ${alarm.what} in five minutes"
      first      = "${alarm.first}; they are in the log group ${alarm.log_group}"
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

  charts = [for title, lines in local.lines : { title = title, statistic = lines[0].statistic, metrics = lines[*].metric }]
}
