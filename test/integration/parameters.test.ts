import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sample } from '../support/garbage.ts'
import { type Answer, type Harness, startHarness } from '../support/harness.ts'
import { type LivedIn, liveIn } from '../support/lived-in.ts'
import { DATES, NO_DATES } from '../support/no-dates.ts'
import { fill, type Route, routeTable, type Schema } from '../support/route-table.ts'

// Every date, boolean and enum parameter of the API, found from the routes' own schemas.

const DATE_PARAMETERS_MIN = 14
const DATE_FIELDS_MIN = 5
const BOOLEANS_MIN = 12
const WORDS_MIN = 12
const IS_NAMED_AS_DATE = /(^|_)(at|date|timestamp|now)(_from|_to)?$/
/** They select a subscription and return a 404 when none has that status. */
const CHOOSES_SUBSCRIPTION = /^\/subscriptions\/:[^/]+/
/** Lists that ignore what they do not know, as Lago's do. */
const IGNORES_UNKNOWN = /\/(credit_notes|wallet_transactions)$/
/** They take any word as the name of an activity or a resource. */
const TAKES_ANY_WORD = /\/activity_logs$/
/** What a list is not given without; the last of a repeated parameter counts. */
const NEEDED: Readonly<Record<string, string>> = { '/security_logs': 'to_date=2100-01-01&' }
/** Looks its invoice up first; test/integration/payments.test.ts has its dates. */
const LOOKS_UP_FIRST = ['POST /payments']

let harness: Harness
let routes: Route[]
let whose: LivedIn
beforeAll(async () => {
  harness = await startHarness()
  routes = await routeTable(harness.context)
  whose = await liveIn(await harness.organization(), 'params')
})
afterAll(() => harness.close())

type Parameter = { readonly route: Route; readonly name: string; readonly schema: Schema }

const parameters = (fits: (schema: Schema, name: string) => boolean): Parameter[] =>
  routes.flatMap((route) =>
    Object.entries(route.querySchemas)
      .filter(([name, schema]) => route.method === 'GET' && fits(schema, name))
      .map(([name, schema]) => ({ route, name, schema })),
  )
const isDate = ({ format }: Schema) => format === 'date' || format === 'date-time'
const wordsOf = (schema: Schema) => schema.enum ?? schema.items?.enum
const ask = ({ route, name }: Parameter, value: string) =>
  whose.client.call(
    'GET',
    `${fill(route, whose.names)}?${NEEDED[route.path] ?? ''}${name}=${encodeURIComponent(value)}`,
  )
const ignores = ({ route }: Parameter) => IGNORES_UNKNOWN.test(route.path)
const told = (parameter: Parameter, value: string, { status, body }: Answer) => ({
  asked: `${parameter.route.path}?${parameter.name}=${value}`,
  status,
  details: body?.error_details,
})

describe('dates and times', () => {
  it('are declared as such wherever a parameter is named like one', () => {
    const undeclared = parameters(
      (schema, name) => IS_NAMED_AS_DATE.test(name) && !isDate(schema) && schema.type !== 'boolean',
    )
    expect(undeclared.map(({ route, name }) => `${route.path} ${name}`)).toEqual([])
    expect(parameters(isDate).length).toBeGreaterThanOrEqual(DATE_PARAMETERS_MIN)
  })

  it('422 `invalid_date` in a query that holds none', async () => {
    for (const parameter of parameters(isDate)) {
      for (const value of NO_DATES) {
        const answer = told(parameter, value, await ask(parameter, value))
        const refused = { status: 422, details: { [parameter.name]: ['invalid_date'] } }
        expect(answer).toEqual({ ...answer, ...(ignores(parameter) ? { status: 200 } : refused) })
      }
    }
  })

  it('200 in a query that holds a date, a date-time, or nothing', async () => {
    for (const parameter of parameters(isDate)) {
      const isNeeded = NEEDED[parameter.route.path]?.startsWith(parameter.name)
      for (const value of [...DATES, ...(isNeeded ? [] : [''])]) {
        const answer = told(parameter, value, await ask(parameter, value))
        expect(answer).toEqual({ ...answer, status: 200 })
      }
    }
  })

  /** Fields with a code of their own. */
  const CODES: Readonly<Record<string, string>> = { terminated_at: 'invalid_timestamp' }

  it('422 `invalid_date` in a body that holds none', async () => {
    const fields = routes.flatMap((route) =>
      route.body && !LOOKS_UP_FIRST.includes(`${route.method} ${route.path}`)
        ? dateFieldsOf(route.body).map((place) => ({ route, place, body: route.body as Schema }))
        : [],
    )
    expect(fields.length).toBeGreaterThanOrEqual(DATE_FIELDS_MIN)
    const { plans, customers } = whose.names
    const known = { plan_code: plans, external_customer_id: customers, activation_rules: undefined }
    for (const { route, place, body } of fields) {
      for (const value of [...NO_DATES, 20_240_305, true, {}, ['2024-01-01'], '1899-12-31', '3000-01-01']) {
        const sent = withValueAt(sample(body, known), place, value)
        const answer = await whose.client.call(route.method, fill(route, whose.names) ?? '', sent)
        const said = {
          asked: `${route.method} ${route.path} ${JSON.stringify(value)}`,
          status: answer.status,
        }
        expect(said).toEqual({ ...said, status: 422 })
        const field = place.at(-1) ?? ''
        expect(answer.body.error_details).toMatchObject({ [field]: [CODES[field] ?? 'invalid_date'] })
      }
    }
  })
})

describe('booleans', () => {
  const isBoolean = (schema: Schema) => schema.type === 'boolean'
  it('422 `value_is_invalid` for another word', async () => {
    const flags = parameters(isBoolean)
    expect(flags.length).toBeGreaterThanOrEqual(BOOLEANS_MIN)
    for (const parameter of flags) {
      for (const value of ['invalid', '2', 'truefalse']) {
        const answer = told(parameter, value, await ask(parameter, value))
        const refused = { status: 422, details: { [parameter.name]: ['value_is_invalid'] } }
        expect(answer).toEqual({ ...answer, ...(ignores(parameter) ? { status: 200 } : refused) })
      }
    }
  })

  it('200 for true and false, in any letter case', async () => {
    for (const parameter of parameters(isBoolean)) {
      for (const value of ['true', 'false', 'True', 'FALSE', '']) {
        const { body } = await ask(parameter, value)
        expect(body?.error_details?.[parameter.name] ?? [], parameter.name).not.toContain('value_is_invalid')
      }
    }
  })
})

describe('words', () => {
  it('422 `value_is_invalid` for a word that a list does not know', async () => {
    const all = parameters((schema) => wordsOf(schema) !== undefined)
    const words = all.filter(
      ({ route }) => !CHOOSES_SUBSCRIPTION.test(route.path) && !TAKES_ANY_WORD.test(route.path),
    )
    expect(words.length).toBeGreaterThanOrEqual(WORDS_MIN)
    for (const parameter of words) {
      const answer = told(parameter, 'nonsense', await ask(parameter, 'nonsense'))
      expect(answer).toEqual({ ...answer, status: ignores(parameter) ? 200 : 422 })
      if (!ignores(parameter)) expect(Object.values(answer.details)).toEqual([['value_is_invalid']])
      for (const word of wordsOf(parameter.schema) ?? []) {
        expect((await ask(parameter, String(word))).status, `${parameter.name}=${word}`).toBe(200)
      }
    }
  })
})

/** The places of all dates and times in a body. */
function dateFieldsOf(schema: Schema, place: readonly string[] = []): string[][] {
  if (isDate(schema)) return [[...place]]
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    dateFieldsOf(property, [...place, name]),
  )
  return [...own, ...(schema.anyOf ?? []).flatMap((each) => dateFieldsOf(each, place))]
}

function withValueAt(body: unknown, [name = '', ...rest]: readonly string[], value: unknown): object {
  const own = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  return { ...own, [name]: rest.length === 0 ? value : withValueAt(own[name], rest, value) }
}
