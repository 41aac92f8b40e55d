import { useSyncExternalStore } from 'react'
import type { Task } from './task.ts'

const KEY = 'weir-tasks'
/** Writing all that waits after each of thousands of items would be most of the work. */
const SAVED_EVERY_MS = 300

let tasks: readonly Task[] = read()
let isSaveDue = false
const listeners = new Set<() => void>()

function read(): readonly Task[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(kept) ? (kept as readonly Task[]) : []
  } catch {
    return [] // Not ours, or storage is blocked.
  }
}

function save(): void {
  isSaveDue = false
  try {
    localStorage.setItem(KEY, JSON.stringify(tasks))
  } catch {
    // Storage is full or blocked: the task runs, it only cannot go on after a reload.
  }
}

function put(next: readonly Task[]): void {
  tasks = next
  if (!isSaveDue) setTimeout(save, SAVED_EVERY_MS)
  isSaveDue = true
  for (const each of listeners) each()
}

globalThis.addEventListener?.('pagehide', save)

export const findTask = (id: string): Task | undefined => tasks.find((task) => task.id === id)

export function addTask(task: Task): void {
  put([...tasks, task])
  save()
}

/** Changes a task as it is now. */
export function changeTask(id: string, change: (task: Task) => Task): void {
  put(tasks.map((task) => (task.id === id ? change(task) : task)))
}

export function dropTask(id: string): void {
  put(tasks.filter((task) => task.id !== id))
  save()
}

function subscribe(listen: () => void): () => void {
  listeners.add(listen)
  return () => listeners.delete(listen)
}

/** The tasks of an organization that were not put away, the oldest first. */
export function useTasks(organization: string): readonly Task[] {
  const all = useSyncExternalStore(subscribe, () => tasks)
  return all.filter((task) => task.organization === organization)
}
