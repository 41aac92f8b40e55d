import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string
  }
}

/** An own, empty database for one test file, on the PostgreSQL of the run. */
export async function freshDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const base = inject('databaseUrl')
  const name = `weir_test_${randomBytes(6).toString('hex')}`
  await administer(base, `create database ${name}`)
  const url = new URL(base)
  url.pathname = `/${name}`
  return { url: url.toString(), drop: () => administer(base, `drop database ${name} with (force)`) }
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
