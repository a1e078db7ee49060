namespace ApiAmbassador.Resilience;

/// <summary>What an attempt says about its destination. Three, not two: what says nothing must feed nothing.</summary>
internal enum Verdict
{
    /// <summary>It says nothing: the client went away, we shed it, or a kept-alive connection was closed as we wrote.</summary>
    Neutral,

    /// <summary>The destination did its work; a plain 500 is the application's answer.</summary>
    Success,

    /// <summary>The destination failed.</summary>
    Failure,
}
