import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import type { EventInputObject } from 'lago-javascript-client'
import { SUBSCRIPTION_ID } from './catalogue.ts'

type Row = { readonly TIMESTAMP: string; readonly ContextTokens: string; readonly GeneratedTokens: string }

/**
 * The events of a file of requests, three per row. A row's transaction ids depend only on its position and time, so
 * sending the file again sends the same events, and they count once.
 */
export async function readEvents(file: string): Promise<EventInputObject[]> {
  const rows: Row[] = parse(await readFile(file), { columns: true, skip_empty_lines: true, bom: true })
  return rows.flatMap(eventsOf)
}

function eventsOf(row: Row, place: number): EventInputObject[] {
  const timestamp = secondsOf(row.TIMESTAMP)
  const event = (code: string, properties: Record<string, unknown>): EventInputObject => ({
    transaction_id: `${place + 1}-${timestamp}-${code}`,
    external_subscription_id: SUBSCRIPTION_ID,
    code,
    timestamp,
    properties,
  })
  return [
    event('input_tokens', { tokens: Number(row.ContextTokens) }),
    event('output_tokens', { tokens: Number(row.GeneratedTokens) }),
    event('requests', {}),
  ]
}

/**
 * `2023-11-16 18:17:03.9799600` (UTC) as seconds with three decimals; anything finer than a millisecond is dropped.
 */
function secondsOf(text: string): string {
  const ms = Date.parse(`${text.replace(' ', 'T').slice(0, 23)}Z`)
  if (Number.isNaN(ms)) throw new Error(`not a time: ${text}`)
  return (ms / 1000).toFixed(3)
}
