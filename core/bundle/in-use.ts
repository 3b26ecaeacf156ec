/** Knows who is using something, so that it can be closed once those have ended. */
export interface InUse {
  readonly underWay: number;
  /** Begins a use; what is returned ends it, and does no more when it is called again. */
  begin(): () => void;
  /** Resolves when every use that has begun by now has ended; later ones are not waited for. */
  ended(): Promise<void>;
}

export function createInUse(): InUse {
  let generation = newGeneration();
  let earlier = Promise.resolve();
  let underWay = 0;
  return {
    get underWay() {
      return underWay;
    },
    begin() {
      const mine = generation;
      mine.uses++;
      underWay++;
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        underWay--;
        mine.uses--;
        mine.settle();
      };
    },
    ended() {
      const last = generation;
      generation = newGeneration();
      const before = earlier;
      earlier = before.then(() => last.ended);
      last.close();
      return earlier;
    },
  };
}

/** Uses that began between two times that somebody asked for their end. */
interface Generation {
  uses: number;
  readonly ended: Promise<void>;
  /** Says that none begins any more. */
  close(): void;
  settle(): void;
}

function newGeneration(): Generation {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isClosed = false;
  const generation = {
    uses: 0,
    ended: promise,
    close() {
      isClosed = true;
      generation.settle();
    },
    settle() {
      if (isClosed && generation.uses === 0) resolve();
    },
  };
  return generation;
}
