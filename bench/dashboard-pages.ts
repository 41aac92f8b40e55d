import type { BrowserContext } from 'playwright-core'
import { timed } from './browser-page.ts'
import { type Budgeted, figureOf } from './dashboard-figure.ts'
import { exportRows, heapOverRoutes } from './dashboard-memory.ts'
import { type Figure, median } from './figure.ts'
import { type LargeOrganization, OWNER } from './seed-large.ts'

const FEES = 2000
/** More lines than a screen shows. */
const LINES_SEEN = 60
const ROUTE_CHANGES = 200
const MB = 1_000_000

/** The id of an invoice of 2,000 fees, which is made once. */
async function longInvoice({ server }: LargeOrganization): Promise<string> {
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${OWNER.apiKey}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`)
    return JSON.parse(text)
  }
  const { invoices } = await call('GET', '/invoices?external_customer_id=long-invoice&per_page=1')
  if (invoices[0]) return invoices[0].lago_id
  await call('POST', '/customers', {
    customer: { external_id: 'long-invoice', name: 'Long', currency: 'EUR' },
  })
  await call('POST', '/add_ons', {
    add_on: { name: 'Line', code: 'line', amount_cents: 100, amount_currency: 'EUR' },
  })
  const fees = Array.from({ length: FEES }, (_, n) => ({
    add_on_code: 'line',
    units: n + 1,
    name: `Line ${n}`,
  }))
  const { invoice } = await call('POST', '/invoices', {
    invoice: { external_customer_id: 'long-invoice', currency: 'EUR', fees },
  })
  return invoice.lago_id
}

/** From a click on a row of a list to what the screen shows of an invoice of 2,000 fees, and to its last line. */
async function longInvoiceFigure(
  context: BrowserContext,
  of: LargeOrganization,
  rounds: number,
): Promise<Figure> {
  const id = await longInvoice(of)
  const hasLines = (count: number) =>
    `document.querySelectorAll('table.fees tbody tr').length >= ${count} && document.querySelector('table.totals')`
  const open = async (condition: string) => {
    const page = await context.newPage()
    await page.goto(`/${of.slug}/invoices?q=${id}`)
    await page.waitForLoadState('networkidle')
    const took = await timed(page, 'click', condition, () => page.locator('.row-open').first().click())
    await page.close()
    return Math.round(took)
  }
  const [readable, whole]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    readable.push(await open(hasLines(LINES_SEEN)))
    whole.push(await open(hasLines(FEES)))
  }
  return figureOf(
    `invoice of ${FEES} fees`,
    `from a click to its first lines and totals, median of ${rounds}`,
    {
      value: median(readable),
      budget: 600,
      details: { readable, whole },
    },
  )
}

/** Somewhat more than 100,000 invoices, by their currency and the months of their issue. */
async function exportFigures(
  context: BrowserContext,
  { slug }: LargeOrganization,
): Promise<readonly Figure[]> {
  const year = new Date().getUTCFullYear() - 1
  const path = `/${slug}/invoices?currency=EUR&from=${year}-01-01&to=${year}-08-31`
  const { startMs, rows, moreBytes } = await exportRows(context, path)
  return [
    figureOf('export', `from a click on Export CSV to its first rows, of ${rows}`, {
      value: startMs,
      budget: 1000,
    }),
    figureOf('export, memory', `what the page holds more while it exports ${rows} rows`, {
      value: moreBytes / MB,
      budget: 20,
      unit: 'MB',
    }),
  ]
}

async function heapFigures(
  context: BrowserContext,
  { slug }: LargeOrganization,
  isQuick: boolean,
): Promise<readonly Figure[]> {
  const changes = isQuick ? ROUTE_CHANGES / 2 : ROUTE_CHANGES
  const held = (await heapOverRoutes(context, `/${slug}`, changes)).map((bytes) => bytes / MB)
  const [first, last] = [held[0] ?? Number.NaN, held.at(-1) ?? Number.NaN]
  const measured = (value: number, budget: number, unit: string): Budgeted => ({
    value,
    budget,
    unit,
    details: { held },
  })
  return [
    figureOf('memory', `what the page holds after ${changes} route changes`, measured(last, 120, 'MB')),
    figureOf(
      'memory, growth',
      `of that since a quarter of them`,
      measured(Math.max(0, (100 * (last - first)) / first), 10, '%'),
    ),
  ]
}

/** Pages with much in them: an invoice of many fees, a long export, and hours of use. */
export async function pageFigures(
  context: BrowserContext,
  of: LargeOrganization,
  isQuick: boolean,
): Promise<readonly Figure[]> {
  return [
    await longInvoiceFigure(context, of, isQuick ? 2 : 7),
    ...(await exportFigures(context, of)),
    ...(await heapFigures(context, of, isQuick)),
  ]
}
