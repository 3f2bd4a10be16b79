import type { Me } from "@/api/types";
import { Avatar } from "@/ui/Avatar";
import { Banner } from "../Banner";
import { PortraitButton } from "./PortraitButton";

/** One's own two pictures as others see them, each with a way to change it. */
export function Portraits({ user }: { user: Me }) {
  return (
    <div>
      <div className="relative">
        <Banner user={user} />
        <PortraitButton user={user} portrait="banner" className="absolute! inset-0 m-auto" />
      </div>
      <div className="relative -mt-11 ms-4 grid size-22">
        <Avatar user={user} size={88} className="ring-4 ring-float" />
        <PortraitButton user={user} portrait="avatar" className="absolute! inset-0 m-auto" />
      </div>
    </div>
  );
}
