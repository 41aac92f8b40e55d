import { useEffect } from 'react'

export type Recent = { readonly href: string; readonly label: string; readonly kind: string }

const KEY = 'weir-recent'
const KEPT = 10

/** The objects that were opened last, newest first. */
export function readRecent(): readonly Recent[] {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as Recent[]
  } catch {
    return [] // Not ours, or storage is blocked.
  }
}

/** Remembers the object that a page shows. */
export function useRecent(kind: string, label: string): void {
  useEffect(() => {
    const href = location.pathname
    const others = readRecent().filter((each) => each.href !== href)
    try {
      sessionStorage.setItem(KEY, JSON.stringify([{ href, label, kind }, ...others].slice(0, KEPT)))
    } catch {
      // Storage is full or blocked: nothing is remembered.
    }
  }, [kind, label])
}
