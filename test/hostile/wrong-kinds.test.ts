import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { bodyOf } from '../support/garbage.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { type LivedIn, liveIn } from '../support/lived-in.ts'
import { urlOf } from '../support/paths.ts'
import { fill, type Route, routeTable, type Schema } from '../support/route-table.ts'

// An object or a list where a text belongs is refused by the field's own code; none becomes "[object Object]".

type Row = {
  readonly method: string
  readonly path: string
  readonly fields: Readonly<Record<string, string>>
}

/** Every writing route of the API's published description that Weir has, with its fields and their types. */
const TABLE: readonly Row[] = JSON.parse(
  readFileSync(new URL('writing-fields.json', import.meta.url), 'utf8'),
)
const FIELDS_MIN = 700

/** What looks like a number that was kept exactly, and what no code can make a text of. */
const OBJECTS: readonly unknown[] = [
  { isLosslessNumber: true },
  { isLosslessNumber: true, value: '1', toString: 1 },
  { valueOf: 1, toString: 'x', toJSON: true },
  { length: 2, 0: 'a' },
]
const UNPRINTABLE = { toString: 1 }
const LISTS: readonly unknown[] = [[], ['a', { toString: 1 }], [[{ isLosslessNumber: true }]]]

const WRONG = [UNPRINTABLE, ...OBJECTS, ...LISTS]

/** Fields that a route leaves alone whatever they are, and why. */
const LEFT_ALONE: readonly string[] = [
  // The code of a metric that a plan charges by does not change.
  'PUT /billable_metrics/:code billable_metric.code',
]

const plainPath = (path: string) => path.replace(/:[A-Za-z_]+/g, ':')

/** The places of a schema by their dotted path, with their types. */
function fieldsOf(schema: Schema, path = ''): [string, string][] {
  const here: [string, string][] = path === '' ? [] : [[path, typeOf(schema)]]
  const below = (name: string) => (path === '' ? name : `${path}.${name}`)
  const properties = Object.entries(schema.properties ?? {})
  return [
    ...here,
    ...(schema.anyOf ?? []).flatMap((each) => fieldsOf(each, path)),
    ...properties.flatMap(([name, each]) => fieldsOf(each, below(name))),
    ...(schema.items ? fieldsOf(schema.items, below('0')) : []),
  ]
}

function typeOf(schema: Schema): string {
  const types = [schema.type ?? []].flat()
  const of = schema.anyOf?.map(typeOf).filter((type) => type !== 'null') ?? []
  return types.find((type) => type !== 'null') ?? of[0] ?? 'any'
}

/** A copy of a body with a value at a place, whatever was there or above it. */
function withValue(body: unknown, place: readonly string[], value: unknown): unknown {
  const [key, ...rest] = place
  if (key === undefined) return value
  if (/^\d+$/.test(key)) {
    const items = Array.isArray(body) && body.length > 0 ? body : [{}]
    return items.map((item: unknown, i) => (i === Number(key) ? withValue(item, rest, value) : item))
  }
  const fields = typeof body === 'object' && body !== null && !Array.isArray(body) ? body : {}
  return { ...fields, [key]: withValue((fields as Record<string, unknown>)[key], rest, value) }
}

let harness: Harness
let routes: Route[]
let whose: LivedIn
const complaints: string[] = []

beforeAll(async () => {
  harness = await startHarness()
  routes = (await routeTable(harness.context)).filter(({ method }) =>
    ['POST', 'PUT', 'PATCH'].includes(method),
  )
  const life = await liveIn(await harness.organization(), 'kinds')
  const { invoices } = (await life.client.call('GET', '/invoices?status=finalized')).body
  // A draft takes no change, whatever it is.
  whose = { ...life, names: { ...life.names, invoices: invoices[0].lago_id } }
  vi.spyOn(console, 'error').mockImplementation((_message, fields: { err?: Error }) => {
    complaints.push(String(fields?.err?.stack).split('\n').slice(0, 3).join(' | '))
  })
})
afterAll(async () => {
  vi.restoreAllMocks()
  await harness?.close()
})

let turn = 0
let asked = 0

async function send(route: Route, field: string, value: unknown) {
  turn += 1
  asked += 1
  complaints.length = 0
  const body = withValue(bodyOf(route, whose, turn), field.split('.'), value)
  const path = fill(route, whose.names) ?? '/nowhere'
  const answer = await harness.app.inject({
    method: route.method as 'POST',
    url: urlOf(path),
    headers: { authorization: `Bearer ${whose.client.apiKey}`, 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  })
  return { status: answer.statusCode, text: answer.body }
}

/** PATCH where PUT does the same on the same path. */
const isTwin = ({ method, path }: Route) =>
  method === 'PATCH' && routes.some((other) => other.method === 'PUT' && other.path === path)

/** The fields of a route: its own description's, and those of the published one. */
function placesOf(route: Route): Map<string, { type: string; isOwn: boolean }> {
  const places = new Map<string, { type: string; isOwn: boolean }>()
  const row = TABLE.find((each) => each.method === route.method && each.path === plainPath(route.path))
  for (const [field, type] of Object.entries(row?.fields ?? {})) places.set(field, { type, isOwn: false })
  for (const [field, type] of fieldsOf(route.body ?? {})) {
    const known = places.get(field)
    places.set(field, { type: known?.type === type ? type : 'any', isOwn: known?.type === type })
  }
  return places
}

describe('objects and lists in the place of texts', () => {
  it('the table has the routes and the fields', () => {
    const known = new Set(routes.map(({ method, path }) => `${method} ${plainPath(path)}`))
    const missing = TABLE.filter(({ method, path }) => !known.has(`${method} ${path}`))
    expect(missing.map(({ method, path }) => `${method} ${path}`)).toEqual([])
    expect(TABLE.flatMap(({ fields }) => Object.keys(fields)).length).toBeGreaterThan(FIELDS_MIN)
  })

  // Before the sweep, which voids the invoice.
  it('metadata likewise, of customers, plans and invoices', async () => {
    const value = { isLosslessNumber: true, toString: 1 }
    const customer = { external_id: 'm', metadata: [{ key: 'k', value }] }
    expect((await whose.client.call('POST', '/customers', { customer })).status).toBe(422)
    const plan = `/plans/${whose.names.plans}/metadata`
    expect((await whose.client.call('POST', plan, { metadata: { k: value } })).status).toBe(422)
    const invoice = { metadata: [{ key: value, value }] }
    const answer = await whose.client.call('PUT', `/invoices/${whose.names.invoices}`, { invoice })
    expect([answer.status, answer.body.error_details]).toEqual([
      422,
      { key: ['value_is_mandatory'], value: ['value_is_mandatory'] },
    ])
  })

  it('are refused or dropped, never 500, never "[object Object]"', { timeout: 600_000 }, async () => {
    const failures: string[] = []
    for (const route of routes) {
      if (route.path === '/test_clock' || isTwin(route)) continue
      for (const [field, { type, isOwn }] of placesOf(route)) {
        const place = `${route.method} ${route.path} ${field}`
        // One of them for each place, in turn: every value comes to an eighth of the places.
        const value = WRONG[turn % WRONG.length]
        const { status, text } = await send(route, field, value)
        const isWrong = status >= 500 || text.includes('[object ')
        const isTaken = status === 200 && isOwn && type === 'string' && !LEFT_ALONE.includes(place)
        if (isWrong || isTaken) {
          const said = `${text.slice(0, 120)} ${complaints.join(' ')}`
          failures.push(`${place} ${JSON.stringify(value)}: ${status} ${said}`)
        }
      }
    }
    expect(failures).toEqual([])
    expect(asked).toBeGreaterThan(FIELDS_MIN)
  })

  it('nothing of the kind is stored', async () => {
    const { rows } = await sql<{ tableName: string; columnName: string }>`
      select c.table_name, c.column_name from information_schema.columns c
      join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.data_type in ('text', 'jsonb')`.execute(
      harness.context.database.system,
    )
    expect(rows.length).toBeGreaterThan(100)
    for (const { tableName, columnName } of rows) {
      const found = await sql<{ n: bigint }>`
        select count(*) as n from ${sql.table(tableName)}
        where ${sql.ref(columnName)}::text like '%[object %'`.execute(harness.context.database.system)
      expect([tableName, columnName, found.rows[0]?.n]).toEqual([tableName, columnName, 0n])
    }
  })
})

describe('what the rows of the report sent', () => {
  it('an external id that looks like a kept number is 422', async () => {
    for (const value of [{ isLosslessNumber: true }, { isLosslessNumber: true, toString: 1 }]) {
      const { status, body } = await whose.client.call('POST', '/customers', {
        customer: { external_id: value },
      })
      expect([status, body.error_details]).toEqual([422, { external_id: ['value_is_invalid'] }])
    }
  })

  it('numbers are still taken for texts', async () => {
    for (const [given, stored] of [
      [12, '12'],
      [1.5, '1.5'],
    ] as const) {
      const { body } = await whose.client.call('POST', '/customers', { customer: { external_id: given } })
      expect(body.customer.external_id).toBe(stored)
    }
  })
})
