import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { createBillableMetric } from '../../actions/billable-metrics/create-billable-metric.ts'
import { deleteBillableMetric } from '../../actions/billable-metrics/delete-billable-metric.ts'
import { updateBillableMetric } from '../../actions/billable-metrics/update-billable-metric.ts'
import type { Context } from '../../actions/context.ts'
import { readNewMetric } from '../../core/metrics/metric.ts'
import { evaluateSample } from '../../core/metrics/sample-expression.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { findBillableMetric, listBillableMetrics } from '../../store/billable-metrics.ts'
import { toWireBillableMetric, toWireCountedMetric } from '../../wire/billable-metrics.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { isObject, rootOf } from '../params.ts'
import {
  BillableMetric,
  BillableMetricCreateInput,
  BillableMetrics,
  BillableMetricUpdateInput,
  ExpressionInput,
  ExpressionResult,
} from '../schemas/billable-metrics.ts'
import { PageQuery } from '../schemas/pagination.ts'

type ByCode = { Params: { code: string } }

const config = { resource: 'billable_metric' } as const
const tags = ['billable_metrics']
const params = Type.Object({ code: Type.String() })
const response = { 200: BillableMetric }

/** Billable metrics, by code (docs/rules/aggregation.md). */
export function billableMetricsRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/billable_metrics',
    {
      config,
      schema: { tags, summary: 'Create a billable metric', body: BillableMetricCreateInput, response },
    },
    async (request) => {
      const settings = accepted(readNewMetric(rootOf(request.body, 'billable_metric')))
      return {
        billable_metric: toWireCountedMetric(await createBillableMetric(context, request.caller, settings)),
      }
    },
  )
  app.get(
    '/billable_metrics',
    {
      config,
      schema: {
        tags,
        summary: 'List the billable metrics',
        querystring: PageQuery,
        response: { 200: BillableMetrics },
      },
    },
    async (request) => {
      const page = pageOf(request.query)
      const { rows, total } = await context.database.read(request.caller, (reads) =>
        listBillableMetrics(reads, page),
      )
      return { billable_metrics: rows.map(toWireCountedMetric), meta: metaOf(page, total) }
    },
  )
  app.post(
    '/billable_metrics/evaluate_expression',
    {
      config: { ...config, keepsDigits: true },
      schema: {
        tags,
        summary: 'Evaluate an expression for a sample event',
        body: ExpressionInput,
        response: { 200: ExpressionResult },
      },
    },
    async (request) => {
      const value = accepted(evaluateSample(isObject(request.body) ? request.body : {}, request.caller.now))
      return { expression_result: { value: typeof value === 'string' ? value : value.toWire() } }
    },
  )
  oneMetricRoutes(app, context)
}

function oneMetricRoutes(app: FastifyInstance, context: Context): void {
  app.get<ByCode>(
    '/billable_metrics/:code',
    { config, schema: { tags, summary: 'Retrieve a billable metric', params, response } },
    async (request) => {
      const metric = await context.database.read(request.caller, (reads) =>
        findBillableMetric(reads, request.params.code),
      )
      if (!metric) throw notFound('billable_metric')
      return { billable_metric: toWireBillableMetric(metric) }
    },
  )
  app.route<ByCode>({
    method: ['PUT', 'PATCH'],
    url: '/billable_metrics/:code',
    config,
    schema: { tags, summary: 'Update a billable metric', params, body: BillableMetricUpdateInput, response },
    handler: async (request) => {
      const input = rootOf(request.body, 'billable_metric')
      const metric = await updateBillableMetric(context, request.caller, request.params.code, input)
      return { billable_metric: toWireCountedMetric(metric) }
    },
  })
  app.delete<ByCode>(
    '/billable_metrics/:code',
    { config, schema: { tags, summary: 'Delete a billable metric', params, response } },
    async (request) => {
      const metric = await deleteBillableMetric(context, request.caller, request.params.code)
      return { billable_metric: toWireCountedMetric(metric) }
    },
  )
}
