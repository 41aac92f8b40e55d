import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { type ChangedFilter, filterOf, readCharge } from '../actions/charges/change-charges.ts'
import type { Context } from '../actions/context.ts'
import type { PermissionResource } from '../core/organizations/permissions.ts'
import { chargesOfPlans } from '../store/charges.ts'
import type { Reads } from '../store/database.ts'
import { chargesWithParts, type PlanCharge } from '../store/plans.ts'
import { toWireCharge, toWireChargeFilter } from '../wire/charges.ts'
import { metaOf, pageOf, rowsOf } from './pagination.ts'
import { Charge, ChargeFilter, ChargeFilters, Charges } from './schemas/charges.ts'
import { PageQuery } from './schemas/pagination.ts'

/** Whose charges the routes under `base` read: a plan's, or a subscription's. */
export type ChargeOwner = {
  readonly base: string
  readonly config: { readonly resource: PermissionResource }
  readonly tags: readonly string[]
  /** Query parameters besides pagination. */
  readonly query: Readonly<Record<string, TSchema>>
  /** The plan with the charges; 404 for an unknown owner. */
  readonly planIdOf: (reads: Reads, request: FastifyRequest) => Promise<string>
}

type OfCharge = { Params: { chargeCode: string } }
type OfFilter = { Params: { chargeCode: string; filterId: string } }

export const toCharge = (charge: PlanCharge) => ({ charge: toWireCharge(charge) })
export const toFilter = ({ charge, filter }: ChangedFilter) => ({
  filter: toWireChargeFilter(filter, charge.code),
})

/** Routes that list and show an owner's charges and their filters, in order of creation. */
export function chargeReadRoutes(app: FastifyInstance, context: Context, owner: ChargeOwner): void {
  const { base, config, query } = owner
  const schemaOf = (summary: string, pageOrNothing: object, answer: TSchema) => ({
    config,
    schema: {
      tags: [...owner.tags],
      summary,
      querystring: Type.Object({ ...pageOrNothing, ...query }),
      response: { 200: answer },
    },
  })
  const chargeOf = (request: FastifyRequest<OfCharge>): Promise<PlanCharge> =>
    context.database.read(request.caller, async (reads) =>
      readCharge(reads, await owner.planIdOf(reads, request), request.params.chargeCode),
    )

  app.get(`${base}/charges`, schemaOf('List the charges', PageQuery.properties, Charges), (request) =>
    context.database.read(request.caller, async (reads) => {
      const page = pageOf(request.query)
      const rows = await chargesOfPlans(reads, [await owner.planIdOf(reads, request)])
      const charges = await chargesWithParts(reads, rowsOf(page, rows))
      return { charges: charges.map(toWireCharge), meta: metaOf(page, rows.length) }
    }),
  )
  const one = `${base}/charges/:chargeCode`
  app.get<OfCharge>(one, schemaOf('Retrieve a charge', {}, Charge), async (request) =>
    toCharge(await chargeOf(request)),
  )
  app.get<OfCharge>(
    `${one}/filters`,
    schemaOf('List the charge filters', PageQuery.properties, ChargeFilters),
    async (request) => {
      const page = pageOf(request.query)
      const { code, filters } = await chargeOf(request)
      const shown = rowsOf(page, filters)
      return {
        filters: shown.map((filter) => toWireChargeFilter(filter, code)),
        meta: metaOf(page, filters.length),
      }
    },
  )
  app.get<OfFilter>(
    `${one}/filters/:filterId`,
    schemaOf('Retrieve a charge filter', {}, ChargeFilter),
    async (request) => {
      const charge = await chargeOf(request)
      return toFilter({ charge, filter: filterOf(charge, request.params.filterId) })
    },
  )
}
