import { Decimal } from '../core/amounts/decimal.ts'
import { toWireCents } from '../core/amounts/json-text.ts'
import type { CalendarDate } from '../core/calendar/calendar-date.ts'
import type {
  BilledUsage,
  grossRevenue,
  invoiceCollection,
  invoicedUsage,
  MonthAmount,
  OverdueTotal,
  overdueBalance,
  overdueMonths,
} from '../store/analytics.ts'

type Row<F extends (...args: never[]) => Promise<readonly unknown[]>> = Awaited<ReturnType<F>>[number]

/** An exact decimal of cents as a number; whole amounts keep every digit. */
function amountOf(text: string): number | bigint {
  const amount = Decimal.of(text)
  return amount.isInteger() ? toWireCents(amount.toBigInt()) : amount.toNumber()
}

function monthText(month: CalendarDate): string {
  return `${month}T00:00:00.000Z`
}

function toWireMonth({ month, amountCents, currency }: MonthAmount) {
  return { month: monthText(month), amount_cents: amountOf(amountCents), currency }
}

/** `billingEntityId` is the billing entity that was asked for, if one was. */
export function toWireGrossRevenue(row: Row<typeof grossRevenue>, billingEntityId: string | null): object {
  return { ...toWireMonth(row), invoices_count: row.invoicesCount, billing_entity_id: billingEntityId }
}

export function toWireInvoiceCollection(row: Row<typeof invoiceCollection>): object {
  return { ...toWireMonth(row), payment_status: row.paymentStatus, invoices_count: row.invoicesCount }
}

/** A month in which nothing was issued. */
export function toWireEmptyCollection(month: CalendarDate): object {
  return {
    month: monthText(month),
    amount_cents: null,
    currency: null,
    payment_status: null,
    invoices_count: 0,
  }
}

export function toWireInvoicedUsage(row: Row<typeof invoicedUsage>): object {
  return { ...toWireMonth(row), code: row.code }
}

export function toWireMrr(row: MonthAmount): object {
  return toWireMonth(row)
}

/** `billingEntityId` as for gross revenue. */
export function toWireOverdueBalance(
  row: Row<typeof overdueBalance>,
  billingEntityId: string | null,
): object {
  return { ...toWireMonth(row), lago_invoice_ids: [...row.invoiceIds], billing_entity_id: billingEntityId }
}

export function toWireOverdueMonth(row: Row<typeof overdueMonths>): object {
  return { ...toWireMonth(row), invoices_count: row.invoicesCount }
}

export function toWireOverdueTotal({ currency, amountCents, invoicesCount }: OverdueTotal): object {
  return { currency, amount_cents: toWireCents(amountCents), invoices_count: invoicesCount }
}

export function toWireUsageAmount(row: BilledUsage, organizationId: string): object {
  return {
    organization_id: organizationId,
    start_of_period_dt: row.start,
    end_of_period_dt: row.end,
    amount_currency: row.currency,
    amount_cents: amountOf(row.amountCents),
    billable_metric_code: row.metricCode,
    units: Decimal.of(row.units).toWire(),
    is_billable_metric_deleted: row.isMetricDeleted,
  }
}
