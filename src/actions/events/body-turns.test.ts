import { describe, expect, it } from 'vitest'
import { BodyTurns } from './body-turns.ts'

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

describe('the turns in which bodies are read', () => {
  it('lets a few of each organization through at once and the rest turn by turn, in order', async () => {
    const turns = new BodyTurns()
    const read: number[] = []
    const waits = Array.from({ length: 10 }, (_, number) => {
      const turn = turns.turnOf('flood')
      if (turn) return turn.then(() => read.push(number))
      read.push(number)
      return undefined
    })
    expect(read).toEqual([0, 1, 2, 3])
    await nextTurn()
    expect(read).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    await nextTurn()
    await Promise.all(waits)
    expect(read).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('does not let one organization wait for another', async () => {
    const turns = new BodyTurns()
    const flood = Array.from({ length: 100 }, () => turns.turnOf('flood'))
    expect(turns.turnOf('neighbour')).toBeUndefined()
    await nextTurn()
    expect(turns.turnOf('neighbour')).toBeUndefined()
    await Promise.all(flood)
  })

  it('forgets organizations that have nothing to read', async () => {
    const turns = new BodyTurns()
    turns.turnOf('one')
    await nextTurn()
    await nextTurn()
    for (let i = 0; i < 4; i += 1) expect(turns.turnOf('one')).toBeUndefined()
    expect(turns.turnOf('one')).toBeInstanceOf(Promise)
    await nextTurn()
  })
})
