import { describe, expect, it } from 'vitest'
import { together } from './together.ts'

const later = <T>(ms: number, act: () => T) =>
  new Promise<T>((resolve, reject) => {
    setTimeout(() => {
      try {
        resolve(act())
      } catch (error) {
        reject(error)
      }
    }, ms)
  })

const fails = (message: string) => () => {
  throw new Error(message)
}

describe('together', () => {
  it('gives what each of them gives, in their order', async () => {
    expect(
      await together(
        later(5, () => 'a'),
        undefined,
        Promise.resolve(2),
      ),
    ).toEqual(['a', undefined, 2])
  })

  it('rejects with the failure of the first in order, and not before all have ended', async () => {
    const ended: string[] = []
    const slow = later(20, () => ended.push('slow'))
    await expect(together(slow, later(5, fails('first')), later(1, fails('second')))).rejects.toThrow('first')
    expect(ended).toEqual(['slow'])
  })
})
