import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { applyCoupon } from '../../actions/applied-coupons/apply-coupon.ts'
import { removeAppliedCoupon } from '../../actions/applied-coupons/remove-applied-coupon.ts'
import type { Context } from '../../actions/context.ts'
import { COUPON_STATUSES } from '../../core/coupons/coupon.ts'
import { notFound } from '../../core/refusal.ts'
import { type AppliedCouponFilters, listAppliedCoupons } from '../../store/applied-coupons.ts'
import { findCustomer } from '../../store/customers.ts'
import type { Reads } from '../../store/database.ts'
import { toWireAppliedCoupon, toWireAppliedCouponWithCredits } from '../../wire/applied-coupons.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { type Query, readQuery } from '../query.ts'
import {
  AppliedCoupon,
  AppliedCouponInput,
  AppliedCoupons,
  AppliedCouponsOfCustomerQuery,
  AppliedCouponsQuery,
} from '../schemas/applied-coupons.ts'

type OfCustomer = { Params: { external_id: string } }
type OneOfCustomer = { Params: { external_id: string; id: string } }

const config = { resource: 'applied_coupon' } as const
const tags = ['coupons']
const response = { 200: AppliedCoupons }

/** Coupons of customers (docs/rules/coupons.md#applying-a-coupon). */
export function appliedCouponsRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/applied_coupons',
    {
      config,
      schema: {
        tags,
        summary: 'Apply a coupon to a customer',
        body: AppliedCouponInput,
        response: { 200: AppliedCoupon },
      },
    },
    async (request) => {
      const input = rootOf(request.body, 'applied_coupon')
      return { applied_coupon: toWireAppliedCoupon(await applyCoupon(context, request.caller, input)) }
    },
  )
  app.get(
    '/applied_coupons',
    { config, schema: { tags, summary: 'List applied coupons', querystring: AppliedCouponsQuery, response } },
    async (request) => {
      const filters = readQuery(request.query, (query) => ({
        ...filtersOf(query),
        externalCustomerId: query.id('external_customer_id'),
      }))
      return context.database.read(request.caller, (reads) => answer(reads, request, filters))
    },
  )
  customerRoutes(app, context)
}

function customerRoutes(app: FastifyInstance, context: Context): void {
  app.get<OfCustomer>(
    '/customers/:external_id/applied_coupons',
    {
      config,
      schema: {
        tags,
        summary: 'List the coupons of a customer',
        params: Type.Object({ external_id: Type.String() }),
        querystring: AppliedCouponsOfCustomerQuery,
        response,
      },
    },
    async (request) => {
      const filters = readQuery(request.query, filtersOf)
      const externalCustomerId = request.params.external_id
      return context.database.read(request.caller, async (reads) => {
        if (!(await findCustomer(reads, externalCustomerId))) throw notFound('customer')
        return answer(reads, request, { ...filters, externalCustomerId })
      })
    },
  )
  app.delete<OneOfCustomer>(
    '/customers/:external_id/applied_coupons/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Take a coupon away from a customer',
        params: Type.Object({ external_id: Type.String(), id: Type.String() }),
        response: { 200: AppliedCoupon },
      },
    },
    async (request) => {
      const { external_id, id } = request.params
      const applied = await removeAppliedCoupon(context, request.caller, external_id, id)
      return { applied_coupon: toWireAppliedCoupon(applied) }
    },
  )
}

function filtersOf(query: Query): AppliedCouponFilters {
  return { status: query.word('status', COUPON_STATUSES), couponCodes: query.ids('coupon_code') }
}

async function answer(reads: Reads, request: FastifyRequest, filters: AppliedCouponFilters): Promise<object> {
  const page = pageOf(request.query)
  const { rows, total } = await listAppliedCoupons(reads, filters, page)
  return { applied_coupons: rows.map(toWireAppliedCouponWithCredits), meta: metaOf(page, total) }
}
