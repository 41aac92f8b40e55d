/** Bodies of one organization that are read in one turn of the event loop before the others get theirs. */
const BODIES_MAX = 4

type Line = { begun: number; readonly waiting: (() => void)[] }

/**
 * Turns in which bodies are read. Reading one costs a thousand times as much as noticing it, and the event loop reads
 * what has arrived in the order of its sockets; so the bodies of a flood are spread over as many turns of the loop as
 * they need, and each turn begins with a few of every organization.
 */
export class BodyTurns {
  private readonly lines = new Map<string, Line>()
  private isNextAsked = false

  /** Undefined when the body may be read at once; otherwise resolves when its turn has come. */
  turnOf(organizationId: string): Promise<void> | undefined {
    const line = this.lineOf(organizationId)
    if (line.begun < BODIES_MAX) {
      line.begun += 1
      return undefined
    }
    return new Promise((resolve) => line.waiting.push(resolve))
  }

  private lineOf(organizationId: string): Line {
    const known = this.lines.get(organizationId)
    if (known) return known
    const line = { begun: 0, waiting: [] }
    this.lines.set(organizationId, line)
    this.askForNext()
    return line
  }

  private askForNext(): void {
    if (this.isNextAsked) return
    this.isNextAsked = true
    setImmediate(() => {
      this.isNextAsked = false
      this.next()
    })
  }

  private next(): void {
    for (const [organizationId, line] of this.lines) {
      const turn = line.waiting.splice(0, BODIES_MAX)
      line.begun = turn.length
      if (turn.length === 0) this.lines.delete(organizationId)
      for (const resolve of turn) resolve()
    }
    if (this.lines.size > 0) this.askForNext()
  }
}
