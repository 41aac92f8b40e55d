import type { FastifyInstance } from 'fastify'
import type { Caller, Context } from '../../actions/context.ts'
import {
  deleteProvider,
  pauseProvider,
  resumeProvider,
  testProvider,
} from '../../actions/payment-providers/delete-provider.ts'
import { askForAccess, exchangeAccess } from '../../actions/payment-providers/gocardless-access.ts'
import { rotateMadeSecrets } from '../../actions/payment-providers/made-secrets.ts'
import { inboxUrl, registerInbox } from '../../actions/payment-providers/register-inbox.ts'
import { createProvider, updateProviderSettings } from '../../actions/payment-providers/save-provider.ts'
import { GOCARDLESS_ENVIRONMENTS } from '../../core/payment-providers/gocardless-access.ts'
import { PROVIDER_TYPES } from '../../core/payments/gateway.ts'
import { notFound } from '../../core/refusal.ts'
import { isId } from '../../store/ids.ts'
import {
  countCustomers,
  findProvider,
  listProviders,
  type PaymentProviderRow,
  PROVIDER_STATES,
} from '../../store/payment-providers.ts'
import { toWirePaymentProvider } from '../../wire/payment-providers.ts'
import { actorOf } from '../actor.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { bodyOf, rootOf } from '../params.ts'
import { readQuery } from '../query.ts'
import { paymentProviderSchemas } from '../schemas/payment-providers.ts'

type ById = { Params: { id: string } }

/** The provider is asked while the request waits, so no transaction is kept open for an answer. */
const config = { resource: 'payment_provider', isRepeatable: true } as const
const ROOT = 'payment_provider'
const URL = '/payment_providers'

/** Routes whose answers may have a secret that is shown once. */
export function paymentProviderSecretsRoutes(app: FastifyInstance, context: Context): void {
  const secret = { ...config, isSecret: true } as const
  app.post(URL, { config: secret, schema: paymentProviderSchemas.create }, async (request) => {
    const { caller, body } = request
    const { row, made } = await createProvider(context, caller, rootOf(body, ROOT), actorOf(request))
    return shown(context, caller, row, made)
  })
  app.post(
    `${URL}/gocardless/exchange`,
    { config: secret, schema: paymentProviderSchemas.exchange },
    async (request) => {
      const { caller, body } = request
      const { row, made } = await exchangeAccess(context, caller, bodyOf(body), actorOf(request))
      return shown(context, caller, row, made)
    },
  )
  app.post<ById>(
    `${URL}/:id/register_webhook`,
    { config: secret, schema: paymentProviderSchemas.registerWebhook },
    async ({ caller, params, query }) => {
      const id = idOf(params)
      if (readQuery(query, (from) => from.boolean('rotate_secret')) === true) {
        const { row, made } = await rotateMadeSecrets(context, caller, id)
        if (Object.keys(made).length > 0) return shown(context, caller, row, made)
      }
      await registerInbox(context, caller, id)
      return show(context, caller, id)
    },
  )
}

/** Where the holder of an account is sent: the answer opens nothing by itself, and is good once. */
function gocardlessAccessRoutes(app: FastifyInstance, context: Context): void {
  app.get(
    `${URL}/gocardless/authorize`,
    { config, schema: paymentProviderSchemas.authorize },
    async ({ caller, query }) => {
      const named = readQuery(query, (from) => from.word('environment', GOCARDLESS_ENVIRONMENTS))
      return askForAccess(context, caller, named)
    },
  )
}

/** Connections to payment providers, under /api/weir/v1 because Lago has them in its dashboard alone. */
export function paymentProvidersRoutes(app: FastifyInstance, context: Context): void {
  const { database } = context
  app.get(URL, { config, schema: paymentProviderSchemas.list }, async ({ caller, query }) => {
    const page = pageOf(query)
    const filters = readQuery(query, (from) => ({
      type: from.word('type', PROVIDER_TYPES),
      mode: from.word('mode', ['test', 'live'] as const),
      state: from.word('state', PROVIDER_STATES),
    }))
    return database.read(caller, async (reads) => {
      const { rows, total } = await listProviders(reads, filters, page)
      const counts = await countCustomers(
        reads,
        rows.map(({ id }) => id),
      )
      const providers = rows.map((row) => wireOf(context, row, counts))
      return { payment_providers: providers, meta: metaOf(page, total) }
    })
  })
  gocardlessAccessRoutes(app, context)
  oneProviderRoutes(app, context)
}

function oneProviderRoutes(app: FastifyInstance, context: Context): void {
  app.get<ById>(`${URL}/:id`, { config, schema: paymentProviderSchemas.show }, async ({ caller, params }) =>
    show(context, caller, idOf(params)),
  )
  app.route<ById>({
    method: ['PUT', 'PATCH'],
    url: `${URL}/:id`,
    config,
    schema: paymentProviderSchemas.update,
    handler: async (request) => {
      const { caller, params, body } = request
      const input = rootOf(body, ROOT)
      const changed = await updateProviderSettings(context, caller, idOf(params), input, actorOf(request))
      return shown(context, caller, changed)
    },
  })
  app.delete<ById>(`${URL}/:id`, { config, schema: paymentProviderSchemas.remove }, async (request) => {
    const { caller, params, query } = request
    const isForced = readQuery(query, (from) => from.boolean('force')) === true
    const gone = await deleteProvider(context, caller, idOf(params), isForced, actorOf(request))
    return shown(context, caller, gone)
  })
  app.post<ById>(
    `${URL}/:id/test`,
    { config, schema: paymentProviderSchemas.test },
    async ({ caller, params }) => ({
      connection_test: await testProvider(context, caller, idOf(params)),
    }),
  )
  for (const [verb, action, schema] of [
    ['pause', pauseProvider, paymentProviderSchemas.pause],
    ['resume', resumeProvider, paymentProviderSchemas.resume],
  ] as const) {
    app.post<ById>(`${URL}/:id/${verb}`, { config, schema }, async ({ caller, params }) =>
      shown(context, caller, await action(context, caller, idOf(params))),
    )
  }
}

function idOf({ id }: ById['Params']): string {
  if (!isId(id)) throw notFound('payment_provider')
  return id
}

async function show(context: Context, caller: Caller, id: string): Promise<object> {
  const row = await context.database.read(caller, (reads) => findProvider(reads, id))
  if (!row) throw notFound('payment_provider')
  return shown(context, caller, row)
}

async function shown(
  context: Context,
  caller: Caller,
  row: PaymentProviderRow,
  made: Readonly<Record<string, string>> = {},
): Promise<object> {
  const counts = await context.database.read(caller, (reads) => countCustomers(reads, [row.id]))
  return { payment_provider: wireOf(context, row, counts, made) }
}

function wireOf(
  context: Context,
  row: PaymentProviderRow,
  counts: ReadonlyMap<string, number>,
  made: Readonly<Record<string, string>> = {},
): object {
  return toWirePaymentProvider(row, {
    made,
    webhookUrl: inboxUrl(context, row),
    customersCount: counts.get(row.id) ?? 0,
  })
}
