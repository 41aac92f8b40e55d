import { describe, expect, it } from 'vitest'
import { afterItem, doneOf, isOver, type Task, withFailedAgain } from './task.ts'

const item = (id: string) => ({ id, label: `Draft ${id}` })
const task: Task = {
  id: 't',
  organization: 'acme',
  kind: 'finalize_invoices',
  total: 3,
  waiting: ['a', 'b', 'c'].map(item),
  failed: [],
  isStopped: false,
}

describe('a task', () => {
  it('counts what is done, and keeps what failed with its reason', () => {
    const first = afterItem(task, item('a'), null)
    expect([doneOf(first), isOver(first)]).toEqual([1, false])
    const second = afterItem(first, item('b'), 'It is gone.')
    expect(second.failed).toEqual([{ ...item('b'), reason: 'It is gone.' }])
    const third = afterItem(second, item('c'), null)
    expect([doneOf(third), isOver(third)]).toEqual([2, true])
  })

  it('counts nothing twice', () => {
    const first = afterItem(task, item('a'), null)
    expect(afterItem(first, item('a'), 'late')).toBe(first)
  })

  it('tries again what failed, and nothing else', () => {
    const ended = afterItem(afterItem(afterItem(task, item('a'), null), item('b'), 'no'), item('c'), null)
    const again = withFailedAgain(ended)
    expect([again.waiting, again.failed, doneOf(again)]).toEqual([[item('b')], [], 2])
    expect(doneOf(afterItem(again, item('b'), null))).toBe(3)
  })

  it('is over when it is stopped', () => {
    expect(isOver({ ...task, isStopped: true })).toBe(true)
  })
})
