import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { createCoupon } from '../../actions/coupons/create-coupon.ts'
import { deleteCoupon } from '../../actions/coupons/delete-coupon.ts'
import { readCoupon } from '../../actions/coupons/read-coupon.ts'
import { terminateCoupon } from '../../actions/coupons/terminate-coupon.ts'
import { updateCoupon } from '../../actions/coupons/update-coupon.ts'
import { readNewCoupon } from '../../core/coupons/coupon.ts'
import { accepted } from '../../core/refusal.ts'
import { couponViews, listCoupons } from '../../store/coupons.ts'
import { toWireCoupon } from '../../wire/coupons.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { Coupon, CouponCreateInput, Coupons, CouponUpdateInput } from '../schemas/coupons.ts'
import { PageQuery } from '../schemas/pagination.ts'

type ByCode = { Params: { code: string } }

const config = { resource: 'coupon' } as const
const tags = ['coupons']
const params = Type.Object({ code: Type.String() })
const response = { 200: Coupon }

/** Coupons, by code (docs/rules/coupons.md). */
export function couponsRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/coupons',
    { config, schema: { tags, summary: 'Create a coupon', body: CouponCreateInput, response } },
    async (request) => {
      const input = accepted(readNewCoupon(rootOf(request.body, 'coupon'), request.caller.now))
      return { coupon: toWireCoupon(await createCoupon(context, request.caller, input)) }
    },
  )
  app.get(
    '/coupons',
    {
      config,
      schema: { tags, summary: 'List all coupons', querystring: PageQuery, response: { 200: Coupons } },
    },
    async (request) => {
      const page = pageOf(request.query)
      return context.database.read(request.caller, async (reads) => {
        const { rows, total } = await listCoupons(reads, page)
        return { coupons: (await couponViews(reads, rows)).map(toWireCoupon), meta: metaOf(page, total) }
      })
    },
  )
  oneCouponRoutes(app, context)
}

function oneCouponRoutes(app: FastifyInstance, context: Context): void {
  app.get<ByCode>(
    '/coupons/:code',
    { config, schema: { tags, summary: 'Retrieve a coupon', params, response } },
    async (request) => ({
      coupon: toWireCoupon(
        await context.database.read(request.caller, (reads) => readCoupon(reads, request.params.code)),
      ),
    }),
  )
  app.route<ByCode>({
    method: ['PUT', 'PATCH'],
    url: '/coupons/:code',
    config,
    schema: { tags, summary: 'Update a coupon', params, body: CouponUpdateInput, response },
    handler: async (request) => {
      const input = rootOf(request.body, 'coupon')
      return { coupon: toWireCoupon(await updateCoupon(context, request.caller, request.params.code, input)) }
    },
  })
  app.delete<ByCode>(
    '/coupons/:code',
    { config, schema: { tags, summary: 'Delete a coupon', params, response } },
    async (request) => ({
      coupon: toWireCoupon(await deleteCoupon(context, request.caller, request.params.code)),
    }),
  )
}

/** The end of a coupon before its expiration, under /api/weir/v1 because Lago ends coupons in its dashboard alone. */
export function couponEndRoutes(app: FastifyInstance, context: Context): void {
  app.post<ByCode>(
    '/coupons/:code/terminate',
    { config, schema: { tags, summary: 'End a coupon; whoever has it keeps it', params, response } },
    async ({ caller, params: { code } }) => ({
      coupon: toWireCoupon(await terminateCoupon(context, caller, code)),
    }),
  )
}
