#!/usr/bin/env node
// Writes src/store/rows.ts from a migrated database: node scripts/generate-rows.mjs postgres://…
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const [url] = process.argv.slice(2)
if (!url) {
  console.error('usage: generate-rows.mjs DATABASE_URL (a migrated database)')
  process.exit(1)
}
const out = 'src/store/rows.ts'
execFileSync(
  'npx',
  ['kysely-codegen', '--dialect', 'postgres', '--url', url, '--camel-case', '--out-file', out].concat([
    '--exclude-pattern',
    '{weir_*,events_elsewhere,events_*}',
    '--numeric-parser',
    'string',
  ]),
  { stdio: ['ignore', 'ignore', 'inherit'] },
)
// The column types of the driver's parsers in database.ts: instants, bigint cents, numeric texts, plain dates.
const text = readFileSync(out, 'utf8')
  .replace(
    'import type { ColumnType } from "kysely";',
    `import type { ColumnType, RawBuilder } from 'kysely'\nimport type { Instant } from '../core/calendar/instant.ts'`,
  )
  .replace(
    /export type Int8 = .*/,
    'export type Int8 = ColumnType<bigint, bigint | number | string, bigint | number | string>',
  )
  .replace(/export type Numeric = .*/, 'export type Numeric = ColumnType<string, string, string>')
  .replace(
    /\b(issuingDate|paymentDueDate|expectedFinalizationDate|startsOn|madeOn|startsIn): Timestamp/g,
    '$1: string',
  )
  .replace(
    /export type Timestamp = .*/,
    'export type Timestamp = ColumnType<Instant, RawBuilder<Instant>, RawBuilder<Instant>>',
  )
writeFileSync(
  out,
  text.replace(
    /export type Json = JsonValue;?/,
    'export type Json = ColumnType<unknown, RawBuilder<unknown>, RawBuilder<unknown>>',
  ),
)
execFileSync('npx', ['biome', 'check', '--write', out], { stdio: 'ignore' })
