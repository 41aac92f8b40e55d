import { describe, expect, it } from 'vitest'
import { SharedRuns } from './shared-runs.ts'

const tick = () => new Promise<void>((resolve) => setTimeout(resolve, 5))

describe('shared runs', () => {
  it('answer each request, and run those together that came meanwhile', async () => {
    const runs: number[][] = []
    const queue = new SharedRuns<number, number>()
    const run = async (requests: readonly number[]) => {
      runs.push([...requests])
      await tick()
      return requests.map((each) => each * 10)
    }
    const answers = await Promise.all([1, 2, 3].map((each) => queue.join('a', each, run)))
    expect(answers).toEqual([10, 20, 30])
    expect(runs).toEqual([[1], [2, 3]])
    expect(await queue.join('a', 4, run)).toBe(40)
    expect(runs).toEqual([[1], [2, 3], [4]])
  })

  it('of other keys do not wait', async () => {
    const queue = new SharedRuns<string, string>()
    const begun: string[] = []
    const run = async (requests: readonly string[]) => {
      begun.push(...requests)
      await tick()
      return requests
    }
    const all = Promise.all([queue.join('a', 'x', run), queue.join('b', 'y', run)])
    expect(begun).toEqual(['x', 'y'])
    await all
  })

  it('that fail together are run one by one', async () => {
    const queue = new SharedRuns<number, number>()
    const run = async (requests: readonly number[]) => {
      await tick()
      if (requests.includes(3)) throw new Error('three')
      return requests
    }
    const ended = await Promise.allSettled([1, 2, 3, 4].map((each) => queue.join('a', each, run)))
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  })
})
