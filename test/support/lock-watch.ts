import pg from 'pg'

/** What is locked, in the order in which it has to be (docs/decisions/0018). */
export const LOCK_RANKS = {
  work: 1,
  catalogue: 2,
  settings: 3,
  entities: 4,
  customers: 5,
  theirs: 6,
  counters: 7,
} as const

export type LockName = keyof typeof LOCK_RANKS

/** A lock that a transaction took, as its statement says. */
export type Taken = {
  readonly lock: LockName
  readonly table: string
  readonly strength: 'update' | 'no key update' | 'share' | 'key share' | 'advisory'
  readonly statement: string
  readonly waits: boolean
}

const TABLES: Readonly<Record<string, LockName>> = {
  features: 'catalogue',
  billable_metrics: 'catalogue',
  plans: 'catalogue',
  taxes: 'catalogue',
  billing_entities: 'entities',
  organizations: 'entities',
  customers: 'customers',
  subscriptions: 'theirs',
  invoices: 'theirs',
  fees: 'theirs',
  due_items: 'theirs',
  alerts: 'theirs',
  entity_invoice_counters: 'counters',
  customer_invoice_counters: 'counters',
}

const ADVISORY: readonly (readonly [string, LockName])[] = [
  ["'clock:'", 'work'],
  ["'due:'", 'work'],
  ["'settings:'", 'settings'],
]

/** Transactions of every connection of this process, each with the locks that it took, in their order. */
export class LockWatch {
  readonly transactions: Taken[][] = []
  private readonly open = new WeakMap<object, Taken[]>()
  private readonly original = pg.Client.prototype.query

  start(): void {
    const watch = this
    const { original } = this
    pg.Client.prototype.query = function query(this: pg.Client, ...args: unknown[]) {
      const [first] = args
      const text = typeof first === 'string' ? first : (first as { text?: unknown } | null)?.text
      if (typeof text === 'string') watch.note(this, text)
      return Reflect.apply(original, this, args)
    } as typeof pg.Client.prototype.query
  }

  stop(): void {
    pg.Client.prototype.query = this.original
  }

  private note(client: object, text: string): void {
    const statement = text.replace(/\s+/g, ' ').trim().toLowerCase()
    if (statement.startsWith('begin')) {
      const taken: Taken[] = []
      this.transactions.push(taken)
      this.open.set(client, taken)
    } else if (statement === 'commit' || statement === 'rollback') this.open.delete(client)
    else this.open.get(client)?.push(...locksOf(statement))
  }
}

/** The locks that a statement takes, with those of rows that it changes. Foreign keys are left out. */
export function locksOf(statement: string): Taken[] {
  // Who passes over what others hold never waits, hence not in a circle.
  const waits = !statement.includes('skip locked')
  const found: Taken[] = []
  for (const [mark, lock] of ADVISORY) {
    if (statement.includes('pg_advisory_xact_lock') && statement.includes(mark)) {
      found.push({ lock, table: mark, strength: 'advisory', statement, waits })
    }
  }
  const add = (name: string | undefined, strength: Taken['strength']) => {
    const table = name?.replaceAll('"', '') ?? ''
    const lock = TABLES[table]
    if (lock) found.push({ lock, table, strength, statement, waits })
  }
  const locking = /for (no key update|key share|update|share)\b/.exec(statement)
  if (locking) {
    const strength = locking[1] as Taken['strength']
    add(/from ("?\w+"?)(?! *\()/.exec(statement.slice(lastSelect(statement, locking.index)))?.[1], strength)
  }
  for (const match of statement.matchAll(/(?:^|[(;] ?|as \( ?|\) )update ("?\w+"?)/g))
    add(match[1], 'no key update')
  for (const match of statement.matchAll(/delete from ("?\w+"?)/g)) add(match[1], 'update')
  if (/on conflict .* do update/.test(statement)) {
    for (const match of statement.matchAll(/insert into ("?\w+"?)/g)) add(match[1], 'no key update')
  }
  return found
}

/** Where the innermost select begins that the locking clause at `end` belongs to. */
function lastSelect(statement: string, end: number): number {
  let depth = 0
  for (let at = end; at > 0; at -= 1) {
    if (statement[at] === ')') depth += 1
    else if (statement[at] === '(') depth -= 1
    if (depth <= 0 && statement.startsWith('select', at)) return at
    if (depth < 0) return at
  }
  return 0
}

/** What breaks the order in a transaction: a lock of a lower rank after one of a higher one that is new, or upgrades. */
export function breaches(taken: readonly Taken[]): string[] {
  const found: string[] = []
  let highest: Taken | undefined
  const known = new Set<LockName>()
  const strengths = new Map<string, Taken['strength']>()
  for (const each of taken) {
    const first = !known.has(each.lock)
    known.add(each.lock)
    if (first && each.waits && highest && LOCK_RANKS[each.lock] < LOCK_RANKS[highest.lock]) {
      found.push(
        `${each.table} after ${highest.table}: ${taken.map((one) => one.statement.slice(0, 110)).join(' ;; ')}`,
      )
    }
    if (!highest || LOCK_RANKS[each.lock] > LOCK_RANKS[highest.lock]) highest = each
    const before = strengths.get(each.table)
    if (before && /share/.test(before) && !/share/.test(each.strength) && each.strength !== 'advisory') {
      found.push(`${each.table} from ${before} to ${each.strength}: ${each.statement.slice(0, 160)}`)
    }
    if (!before) strengths.set(each.table, each.strength)
  }
  return found
}
