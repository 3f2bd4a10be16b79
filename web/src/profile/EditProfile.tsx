import { useState } from "react";
import type { Me } from "@/api/types";
import { useLater } from "@/app/use-later";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { useToast } from "@/ui/toast-context";

const loadDialog = () => import("./EditProfileDialog");

export function EditProfile({ user }: { user: Me }) {
  const [editing, setEditing] = useState(false);
  const toast = useToast();
  const part = useLater(loadDialog, {
    wanted: editing,
    onFailure: () => toast({ message: strings.problem.network, tone: "error" }),
  });
  return (
    <>
      <Button size="sm" onClick={() => setEditing(true)}>
        {strings.profile.edit}
      </Button>
      {part && <part.EditProfileDialog user={user} open={editing} onClose={() => setEditing(false)} />}
    </>
  );
}
