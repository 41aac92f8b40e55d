/** Converts a text to its schema's type; if that fails, it stays text and validation reports it. */
export function typed(raw: string, type: unknown): unknown {
  if (type === 'integer' && /^-?\d{1,15}$/.test(raw)) return Number(raw)
  if (type === 'boolean' && /^(true|1|yes|on)$/i.test(raw)) return true
  if (type === 'boolean' && /^(false|0|no|off)$/i.test(raw)) return false
  return raw
}

/**
 * The keywords used by the schema above. Loading typebox's own validator takes 250 ms, a tenth of the startup time.
 */
type Keywords = {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly pattern?: string
}

/** Whether a value is what its schema says. */
export function fits(value: unknown, schema: Keywords): boolean {
  if (schema.enum) return schema.enum.includes(value)
  if (schema.type === 'boolean') return typeof value === 'boolean'
  if (schema.type === 'integer') {
    const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = schema
    return typeof value === 'number' && value >= minimum && value <= maximum
  }
  if (typeof value !== 'string' || value.length < (schema.minLength ?? 0)) return false
  return schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value)
}
