namespace ApiAmbassador.Configuration;

/// <summary>A setting as programs read it.</summary>
/// <param name="Path">Its whole path.</param>
/// <param name="Value">Its value as text, an array for a list, null for what is not set.</param>
/// <param name="Source">Where it was set.</param>
/// <param name="IsDefault">Whether nobody set it.</param>
internal sealed record SettingView(string Path, object? Value, string Source, bool IsDefault)
{
    /// <summary>That of a setting.</summary>
    public static SettingView Of(Setting setting) => new(
        setting.Path, !setting.IsSet ? null : setting.IsList ? (object)setting.Values : setting.Values[0], setting.Source, setting.IsDefault);
}
