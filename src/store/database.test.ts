import { describe, expect, it } from 'vitest'
import type { Reads, Tx } from './database.ts'

type Writing =
  | 'insertInto'
  | 'replaceInto'
  | 'updateTable'
  | 'deleteFrom'
  | 'mergeInto'
  | 'with'
  | 'schema'
  | 'transaction'
  | 'executeQuery'

type Writes<T> = Extract<keyof T, Writing>

describe('Reads', () => {
  it('has nothing that writes, and a transaction is one that can', () => {
    // The types decide: with a method that writes on `Reads`, or none on `Tx`, this file does not compile.
    const selectsOnly: [Writes<Reads>] extends [never] ? true : false = true
    const writes: [Writing] extends [Writes<Tx>] ? true : false = true
    const reads: Tx extends Reads ? true : false = true
    expect([selectsOnly, writes, reads]).toEqual([true, true, true])
  })
})
