import { describe, expect, it } from 'vitest'
import { GROUP_RUNS_MAX, GROUP_WAITING_MAX, SharedRuns, TooManyWaiting } from './shared-runs.ts'

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
    const answers = await Promise.all([1, 2, 3].map((each) => queue.join('o', 'a', each, run)))
    expect(answers).toEqual([10, 20, 30])
    expect(runs).toEqual([[1], [2, 3]])
    expect(await queue.join('o', 'a', 4, run)).toBe(40)
    expect(runs).toEqual([[1], [2, 3], [4]])
  })

  it('of other keys do not wait, up to a limit for a group', async () => {
    const queue = new SharedRuns<string, string>()
    const begun: string[] = []
    let together = 0
    let most = 0
    const run = async (requests: readonly string[]) => {
      begun.push(...requests)
      together += 1
      most = Math.max(most, together)
      await tick()
      together -= 1
      return requests
    }
    const keys = Array.from({ length: 10 }, (_, n) => String(n))
    const all = Promise.all(
      keys.flatMap((key) => [queue.join('o', key, key, run), queue.join('o', key, key, run)]),
    )
    expect(begun).toEqual(keys.slice(0, GROUP_RUNS_MAX))
    const other = queue.join('p', 'x', 'x', run)
    expect(begun).toContain('x')
    expect(await all).toEqual(keys.flatMap((key) => [key, key]))
    await other
    expect(most).toBe(GROUP_RUNS_MAX + 1)
  })

  it('that fail together are run one by one', async () => {
    const queue = new SharedRuns<number, number>()
    const run = async (requests: readonly number[]) => {
      await tick()
      if (requests.includes(3)) throw new Error('three')
      return requests
    }
    const ended = await Promise.allSettled([1, 2, 3, 4].map((each) => queue.join('o', 'a', each, run)))
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  })

  it('are refused when too many wait, and taken again afterwards', async () => {
    const queue = new SharedRuns<number, number>()
    const run = async (requests: readonly number[]) => {
      await tick()
      return requests
    }
    const all = Array.from({ length: GROUP_WAITING_MAX + 1 }, (_, n) => queue.join('o', 'a', n, run))
    await expect(queue.join('o', 'a', -1, run)).rejects.toBeInstanceOf(TooManyWaiting)
    expect((await Promise.all(all)).length).toBe(GROUP_WAITING_MAX + 1)
    expect(await queue.join('o', 'a', 7, run)).toBe(7)
  })
})
