/**
 * Settings written into a new cluster's postgresql.conf, where an operator may change them. Sized for a small
 * machine: 256 MB of shared memory, enough WAL between checkpoints.
 */
export const TUNABLE_SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  wal_buffers: '16MB',
  min_wal_size: '256MB',
  max_wal_size: '2GB',
  wal_compression: 'on',
  checkpoint_timeout: '15min',
  checkpoint_completion_target: '0.9',
  max_connections: '60',
  jit: 'off',
  random_page_cost: '1.1',
  autovacuum_naptime: '5s',
  autovacuum_vacuum_scale_factor: '0.05',
  autovacuum_analyze_scale_factor: '0.02',
  autovacuum_vacuum_insert_scale_factor: '0.1',
  autovacuum_vacuum_cost_limit: '1000',
}

/**
 * Settings that override postgresql.conf because Weir's guarantees depend on them: acknowledged writes are on disk,
 * nobody else can connect, and no log line contains customer data.
 */
export const FIXED_SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  listen_addresses: '',
  unix_socket_permissions: '0700',
  password_encryption: 'scram-sha-256',
  restart_after_crash: 'on',
  // Cancels statements of a killed Weir quickly, so that they do not hold locks.
  client_connection_check_interval: '1s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_statement: 'none',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_checkpoints: 'off',
}

/** `-c name=value` pairs for a PostgreSQL program's arguments. */
export function settingArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
