import { useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { useApi } from "@/api/context";
import type { Me, ProfileEdit } from "@/api/types";
import { countGraphemes } from "@/compose/graphemes";
import { updatePostsBy } from "@/post/cache";
import { useSessionStore } from "@/session/context";
import { checkAll } from "@/session/rules";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form } from "@/ui/Form";
import { TextArea, TextField } from "@/ui/TextField";
import { useToast } from "@/ui/toast-context";
import { useForm } from "@/ui/use-form";
import { patchUser } from "./people-cache";
import { Portraits } from "./portraits/Portraits";

const words = strings.profile;
const MAX_NAME = 50;
const MAX_BIO = 500;

interface EditProfileDialogProps {
  user: Me;
  open: boolean;
  onClose: () => void;
}

export function EditProfileDialog({ open, ...props }: EditProfileDialogProps) {
  return open ? <OpenEditor {...props} /> : null;
}

function OpenEditor({ user, onClose }: Omit<EditProfileDialogProps, "open">) {
  const formId = useId();
  const save = useSaveProfile();
  const { values, field, submit, busy, changed, errors } = useForm({
    initial: { display_name: user.display_name, bio: user.bio },
    check: ({ display_name, bio }) => checkAll({ display_name: tooLong(display_name, MAX_NAME), bio: tooLong(bio, MAX_BIO) }),
    send: ({ display_name, bio }) => save({ display_name: display_name.trim(), bio: bio.trim() }),
    onDone: onClose,
  });
  const left = MAX_BIO - countGraphemes(values.bio);

  return (
    <Dialog
      open
      shape="sheet"
      title={words.editTitle}
      onClose={onClose}
      guarded={changed}
      action={
        <Button type="submit" form={formId} variant="primary" size="sm" busy={busy}>
          {words.save}
        </Button>
      }
    >
      <Portraits user={user} />
      <Form id={formId} onSubmit={submit} errors={errors} className="p-4">
        <TextField {...field("display_name")} label={words.displayName} hint={words.displayNameHint} autoComplete="name" dir="auto" />
        <TextArea {...field("bio")} label={words.bio} rows={5} hint={left < 0 ? words.tooLong(-left) : words.left(left)} />
      </Form>
    </Dialog>
  );
}

function tooLong(text: string, limit: number): string | undefined {
  const over = countGraphemes(text.trim()) - limit;
  return over > 0 ? words.tooLong(over) : undefined;
}

function useSaveProfile() {
  const api = useApi();
  const queries = useQueryClient();
  const session = useSessionStore();
  const toast = useToast();
  return async (edit: ProfileEdit) => {
    const me = await api.patch<Me>("/users/me", edit);
    session.updateUser(me);
    patchUser(queries, me.username, () => me);
    updatePostsBy(queries, me.id, (post) => ({ ...post, author: { ...post.author, display_name: me.display_name } }));
    toast({ message: words.saved });
  };
}
