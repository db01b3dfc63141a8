namespace Bridge;

/// <content>Texts about threads that calls have to share.</content>
internal static partial class Messages
{
    internal const string NoAffinityScope
        = "The call asks for the thread of its AffinityScope, and there is none here. Begin one around it: using var scope = new AffinityScope(). Or choose Affinity.Loop, which all calls of the loop share.";
}
