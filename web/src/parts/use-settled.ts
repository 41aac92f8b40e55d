import { useEffect, useRef, useState } from 'react'

/**
 * A text that somebody types, once it is worth asking the server for: the first change at once, and what follows when
 * it pauses for so many ms.
 */
export function useSettled(text: string, pauseMs: number): string {
  const [settled, setSettled] = useState(text)
  const changedAt = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    const now = performance.now()
    const isFirst = now - changedAt.current > pauseMs
    changedAt.current = now
    if (isFirst) return setSettled(text)
    const timer = setTimeout(() => setSettled(text), pauseMs)
    return () => clearTimeout(timer)
  }, [text, pauseMs])
  return settled
}
