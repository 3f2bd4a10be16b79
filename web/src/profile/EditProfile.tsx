import { useState } from "react";
import type { Me } from "@/api/types";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { EditProfileDialog } from "./EditProfileDialog";

export function EditProfile({ user }: { user: Me }) {
  const [editing, setEditing] = useState(false);
  return (
    <>
      <Button size="sm" onClick={() => setEditing(true)}>
        {strings.profile.edit}
      </Button>
      <EditProfileDialog user={user} open={editing} onClose={() => setEditing(false)} />
    </>
  );
}
