import { useEffect, useLayoutEffect, useState, type RefObject } from "react";
import { ListPlace, type Place } from "./list-place";

interface PlaceOptions {
  list: RefObject<HTMLElement | null>;
  /** Where to open once the card is there; null opens at the top. */
  opening: Place | null;
  /** The names of the cards, in order. */
  cards: readonly string[];
  onMove: (place: Place) => void;
}

/** Keeps the place of a list for as long as it is shown. */
export function usePlace({ list, opening, cards, onMove }: PlaceOptions): ListPlace {
  const [place] = useState(() => new ListPlace(() => list.current, opening));
  useLayoutEffect(() => place.settle(), [place, cards]);
  useEffect(() => place.connect(onMove), [place, onMove]);
  return place;
}
