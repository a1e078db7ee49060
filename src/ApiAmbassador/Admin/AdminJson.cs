using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApiAmbassador.Admin;

/// <summary>How the admin API writes JSON, and its commands read it.</summary>
internal static class AdminJson
{
    /// <summary>Names and words in camelCase.</summary>
    public static JsonSerializerOptions Options { get; } =
        Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true });

    /// <summary>The same for options that somebody else has made.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        return options;
    }
}
